import * as React from 'react';

import type { Cluster } from '../../api/contract';
import { CommandIDs } from '../../commandIds';
import { canBeChanged } from '../../model/status';
import { nodesPerJob } from '../../model/words';
import { useClusterContext } from '../context';
import { CountInput } from './countInput';
import { JobsStepper } from './jobsStepper';
import { useSettled } from './useSettled';

/** How many jobs a cluster shall have: a fixed number, or between two as the load deserves. */
export function Scaling({ cluster }: { cluster: Cluster }): React.ReactElement {
  const { trans } = useClusterContext();
  if (cluster.options.one_allocation === true) {
    const nodes = trans._n('One allocation of %1 node', 'One allocation of %1 nodes', nodesPerJob(cluster));
    return <span className="jp-DaskSlurmStepper-meaning">{nodes}</span>;
  }
  const enabled = canBeChanged(cluster);
  const title =
    enabled || cluster.status === 'stopping'
      ? undefined
      : trans.__('This can be changed on %1', cluster.controller.hostname);
  const controls = { cluster, enabled, title };
  return (
    <div className="jp-DaskSlurmScaling">
      {cluster.scaling.mode === 'adaptive' ? <AdaptiveLimits {...controls} /> : <JobsStepper {...controls} />}
      <AdaptiveSwitch {...controls} />
    </div>
  );
}

interface IControlProps {
  readonly cluster: Cluster;
  readonly enabled: boolean;
  readonly title?: string;
}

/** On: from no jobs up to as many as there are. Off: as many as there are, whatever the load. */
function AdaptiveSwitch({ cluster, enabled, title }: IControlProps): React.ReactElement {
  const { commands, trans } = useClusterContext();
  // What was clicked, until it is answered; a refused change falls back.
  const [clicked, setClicked] = React.useState<boolean | null>(null);
  const adaptive = cluster.scaling.mode === 'adaptive';
  const { plan } = cluster.jobs;
  const toggle = async () => {
    setClicked(!adaptive);
    await (adaptive
      ? commands.execute(CommandIDs.scaleCluster, { cluster: cluster.id, jobs: plan })
      : commands.execute(CommandIDs.adaptCluster, {
          cluster: cluster.id,
          minimum: 0,
          maximum: Math.max(plan, 1)
        }));
    setClicked(null);
  };
  return (
    <label
      className="jp-DaskSlurmScaling-switch"
      title={title ?? trans.__('Let Dask choose the number of jobs by what there is to do')}
    >
      <input
        type="checkbox"
        role="switch"
        checked={clicked ?? adaptive}
        disabled={!enabled || clicked !== null}
        onChange={() => void toggle()}
      />
      {trans.__('adaptive')}
    </label>
  );
}

/** The limits; moving one beyond the other takes that one along. */
function AdaptiveLimits({ cluster, enabled, title }: IControlProps): React.ReactElement {
  const { commands, trans } = useClusterContext();
  const { minimum_jobs, maximum_jobs } = cluster.scaling;
  const [{ minimum, maximum }, want] = useSettled(
    { minimum: minimum_jobs ?? 0, maximum: maximum_jobs ?? 0 },
    limits => commands.execute(CommandIDs.adaptCluster, { cluster: cluster.id, ...limits })
  );
  return (
    <div
      className="jp-DaskSlurmStepper"
      role="group"
      aria-label={trans.__('Limits of the jobs of %1', cluster.name)}
    >
      <CountInput
        label={trans.__('Fewest jobs')}
        title={title}
        disabled={!enabled}
        value={minimum}
        onCommit={count => want({ minimum: count, maximum: Math.max(count, maximum) })}
      />
      <span className="jp-DaskSlurmStepper-to">{trans.__('to')}</span>
      <CountInput
        label={trans.__('Most jobs')}
        title={title}
        disabled={!enabled}
        value={maximum}
        onCommit={count => want({ minimum: Math.min(count, minimum), maximum: count })}
      />
      <span className="jp-DaskSlurmStepper-meaning">{trans._n('job', 'jobs', maximum)}</span>
    </div>
  );
}
