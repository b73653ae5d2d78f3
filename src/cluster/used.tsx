import * as React from 'react';

import type { Cluster } from '../api/contract';
import { withLocalTimes } from '../model/format';
import { nextMemory, readNextOption } from '../model/nextStart';
import { nodesPerJob, usageWords } from '../model/words';
import { useClusterContext, useSignalUpdates } from './context';
import { NextLinks } from './hintNote';

/** What a cluster that has ended used of what it had, and what its next start could ask for. */
export function Used({ cluster }: { cluster: Cluster }): React.ReactElement | null {
  const { hints, trans } = useClusterContext();
  useSignalUpdates(hints.changed);
  if (cluster.usage === null) {
    return null;
  }
  // The hint that is shown, each option with its own sentence.
  const hint = hints.of(cluster);
  const hinted = hint && readNextOption(hint);
  const memory = hinted ? null : nextMemory(cluster);
  return (
    <div
      className="jp-DaskSlurmProblem jp-mod-used"
      role="note"
      aria-label={trans.__('What %1 used', cluster.name)}
    >
      <div className="jp-DaskSlurmProblem-body">
        {usageWords(cluster, trans).map(line => (
          <div key={line}>{line}</div>
        ))}
        {hint && <div className="jp-DaskSlurmProblem-advice">{withLocalTimes(hint.message)}</div>}
        {memory && (
          <div className="jp-DaskSlurmProblem-advice">
            {nodesPerJob(cluster) > 1
              ? trans.__('Next time: %1 of memory for each node.', memory.value)
              : trans.__('Next time: %1 of memory for each job.', memory.value)}
          </div>
        )}
        <NextLinks cluster={cluster} next={hinted ?? memory} />
      </div>
    </div>
  );
}
