import * as React from 'react';

import type { Cluster } from '../../api/contract';
import { CommandIDs } from '../../commandIds';
import { coresPerJob } from '../../model/words';
import { useClusterContext } from '../context';
import { CountInput } from './countInput';
import { useSettled } from './useSettled';

interface IStepperProps {
  readonly cluster: Cluster;
  readonly enabled: boolean;
  /** Why it is not enabled. */
  readonly title?: string;
}

/** − number +: how many jobs a cluster shall have, and what that means in cores. */
export function JobsStepper({ cluster, enabled, title }: IStepperProps): React.ReactElement {
  const { commands, trans } = useClusterContext();
  const [wanted, want] = useSettled(cluster.scaling.jobs ?? cluster.jobs.plan, jobs =>
    commands.execute(CommandIDs.scaleCluster, { cluster: cluster.id, jobs })
  );
  const cores = coresPerJob(cluster);
  const step = (label: string, sign: string, jobs: number) => (
    <button
      className="jp-DaskSlurmStepper-step"
      aria-label={label}
      title={title}
      disabled={!enabled || jobs < 0}
      onClick={() => want(jobs)}
    >
      {sign}
    </button>
  );
  return (
    <div className="jp-DaskSlurmStepper" role="group" aria-label={trans.__('Jobs of %1', cluster.name)}>
      {step(trans.__('One job less'), '−', wanted - 1)}
      <CountInput
        label={trans.__('Number of jobs')}
        title={title}
        disabled={!enabled}
        value={wanted}
        onCommit={want}
      />
      {step(trans.__('One job more'), '+', wanted + 1)}
      <span className="jp-DaskSlurmStepper-meaning">
        {trans._n('job', 'jobs', wanted)}
        {cores !== null && ` = ${trans._n('%1 core', '%1 cores', wanted * cores)}`}
      </span>
    </div>
  );
}
