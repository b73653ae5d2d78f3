import { Debouncer } from '@lumino/polling';
import * as React from 'react';

import type { Cluster } from '../api/validate';
import { CommandIDs } from '../commands/ids';
import { coresPerJob } from '../model/describe';
import { usePanel } from './context';

/** Several clicks in a row become one request. */
const SETTLE_MS = 500;

/** − number +: how many jobs a cluster shall have, and what that means in cores. */
export function JobsStepper({ cluster }: { cluster: Cluster }): React.ReactElement {
  const { trans } = usePanel();
  const [wanted, want] = useWantedJobs(cluster);
  const [typed, setTyped] = React.useState<string | null>(null);
  const enabled =
    cluster.status === 'starting' || (cluster.status === 'running' && cluster.controller.reachable);
  const cores = coresPerJob(cluster);

  const commit = () => {
    const jobs = Number(typed);
    setTyped(null);
    if (typed !== null && typed.trim() !== '' && Number.isInteger(jobs) && jobs >= 0) {
      want(jobs);
    }
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === 'Enter') {
      commit();
    } else if (event.key === 'Escape') {
      setTyped(null);
    }
  };

  return (
    <div className="jp-DaskSlurmStepper" role="group" aria-label={trans.__('Jobs of %1', cluster.name)}>
      <button
        className="jp-DaskSlurmStepper-step"
        aria-label={trans.__('One job less')}
        disabled={!enabled || wanted <= 0}
        onClick={() => want(wanted - 1)}
      >
        −
      </button>
      <input
        className="jp-DaskSlurmStepper-number"
        inputMode="numeric"
        aria-label={trans.__('Number of jobs')}
        disabled={!enabled}
        value={typed ?? String(wanted)}
        onChange={event => setTyped(event.target.value)}
        onBlur={commit}
        onKeyDown={onKeyDown}
      />
      <button
        className="jp-DaskSlurmStepper-step"
        aria-label={trans.__('One job more')}
        disabled={!enabled}
        onClick={() => want(wanted + 1)}
      >
        +
      </button>
      <span className="jp-DaskSlurmStepper-meaning">
        {trans._n('job', 'jobs', wanted)}
        {cores !== null && ` = ${trans._n('%1 core', '%1 cores', wanted * cores)}`}
      </span>
    </div>
  );
}

/**
 * The number shown follows the cluster, but for the time between a click and the answer to it.
 * A refused change falls back to what the cluster has; the command has told why.
 */
function useWantedJobs(cluster: Cluster): [number, (jobs: number) => void] {
  const { commands } = usePanel();
  const [pending, setPending] = React.useState<number | null>(null);
  const latest = React.useRef<number | null>(null);
  const debouncer = React.useMemo(
    () =>
      new Debouncer(async () => {
        const jobs = latest.current;
        await commands.execute(CommandIDs.scaleCluster, { cluster: cluster.id, jobs });
        // A click during the request has started another one.
        if (latest.current === jobs) {
          setPending(null);
        }
      }, SETTLE_MS),
    [cluster.id, commands]
  );
  React.useEffect(() => () => debouncer.dispose(), [debouncer]);

  const want = (jobs: number) => {
    latest.current = jobs;
    setPending(jobs);
    void debouncer.invoke();
  };
  return [pending ?? cluster.scaling.jobs ?? cluster.jobs.plan, want];
}
