import * as React from 'react';

import type { Cluster, JobPhase } from '../api/contract';
import { phaseWords } from '../model/status';
import { useClusterContext } from './context';

/** From what computes to what waits. */
const PHASES = ['working', 'starting', 'missing', 'leaving', 'queued'] as const satisfies readonly JobPhase[];

/** The jobs of a cluster by phase, as a bar and in words. */
export function JobsBar({ cluster }: { cluster: Cluster }): React.ReactElement {
  const { trans } = useClusterContext();
  const { jobs } = cluster;
  const inSlurm = PHASES.reduce((sum, phase) => sum + jobs[phase], 0);
  const whole = Math.max(jobs.plan, inSlurm, 1);
  return (
    <div className="jp-DaskSlurmJobs">
      <div className="jp-DaskSlurmJobs-bar" aria-hidden="true">
        {PHASES.map(phase => (
          <div
            key={phase}
            className={`jp-DaskSlurmJobs-part jp-mod-${phase}`}
            style={{ width: `${(100 * jobs[phase]) / whole}%` }}
          />
        ))}
      </div>
      <div className="jp-DaskSlurmJobs-words">{phaseWords(cluster, trans)}</div>
    </div>
  );
}
