import * as React from 'react';

import type { Cluster } from '../api/contract';
import { nextOption } from '../model/nextStart';
import { usageWords } from '../model/words';
import { useClusterContext, useSignalUpdates } from './context';
import { NextLinks } from './hintNote';

/** What a cluster that has ended used of what it had, and what its next start could ask for. */
export function Used({ cluster }: { cluster: Cluster }): React.ReactElement | null {
  const { hints, trans } = useClusterContext();
  useSignalUpdates(hints.changed);
  if (cluster.usage === null) {
    return null;
  }
  const next = nextOption(cluster);
  const advice = hints.of(cluster)?.message ?? (next && trans.__('Next time: %1 for each job.', next.value));
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
        {advice && <div className="jp-DaskSlurmProblem-advice">{advice}</div>}
        <NextLinks cluster={cluster} next={next} />
      </div>
    </div>
  );
}
