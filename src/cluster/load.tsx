import * as React from 'react';

import type { Cluster } from '../api/contract';
import { formatBytes } from '../model/format';
import { liveNumbers, taskWords } from '../model/words';
import { useMinutes, useClusterContext } from './context';
import { FailedTasks } from './failedTasks';
import { Sparkline } from './sparkline';

/** What the workers do: how many there are, how busy they are and were, and what they have to do. */
export function Load({ cluster }: { cluster: Cluster }): React.ReactElement | null {
  const { trans } = useClusterContext();
  if (cluster.workers === null) {
    return null;
  }
  return (
    <>
      <div className="jp-DaskSlurmCard-numbers">
        {liveNumbers(cluster, trans).map(part => (
          <span key={part}>{part}</span>
        ))}
      </div>
      {cluster.workers.connected > 0 && <Curves cluster={cluster} />}
      <div className="jp-DaskSlurmCard-numbers">
        {taskWords(cluster, trans).map(part => (
          <span key={part}>{part}</span>
        ))}
        <FailedTasks cluster={cluster} />
      </div>
    </>
  );
}

function Curves({ cluster }: { cluster: Cluster }): React.ReactElement {
  const { trans, trends } = useClusterContext();
  useMinutes(true);
  const samples = trends.of(cluster.id);
  const now = performance.now();
  const { cpu_percent: cpu, memory_used_bytes: used, memory_bytes: memory } = cluster;
  return (
    <div className="jp-DaskSlurmCurves" title={trans.__('The last ten minutes')}>
      <span>{trans.__('CPU')}</span>
      <Sparkline samples={samples} of="cpu" now={now} />
      <span>{trans.__('%1 %', Math.round(cpu ?? 0))}</span>
      <span>{trans.__('Memory')}</span>
      <Sparkline samples={samples} of="memory" now={now} />
      <span>{trans.__('%1 of %2', formatBytes(used ?? 0), formatBytes(memory ?? 0))}</span>
    </div>
  );
}
