import * as React from 'react';

import type { Cluster } from '../api/contract';
import { formatSpan, formatTime, withLocalTimes } from '../model/format';
import { hasEnded, isOutOfReach } from '../model/status';
import { composition, queueWords } from '../model/words';
import { Actions, LastActions } from './actions';
import { useMinutes, useClusterContext } from './context';
import { HintNote } from './hintNote';
import { JobsBar } from './jobsBar';
import { Load } from './load';
import { Problems } from './problems';
import { Scaling } from './scaling/scaling';
import { Used } from './used';
import { useSite } from './useSite';

/** What a cluster is made of, and for how long yet. */
export function Summary({ cluster }: { cluster: Cluster }): React.ReactElement {
  const { trans } = useClusterContext();
  const expires = hasEnded(cluster) ? null : cluster.expires_at;
  const now = useMinutes(expires !== null);
  const left = expires && formatSpan((Date.parse(expires) - now) / 1000, trans);
  const site = useSite(cluster.backend === 'slurm' && !cluster.options.partition);
  const partition = site?.partitions.find(candidate => candidate.default)?.name;
  return (
    <>
      {composition(cluster, trans, partition).map((part, index) => (
        <span key={index}>{part}</span>
      ))}
      {left && <span title={formatTime(expires)}>{trans.__('%1 left', left)}</span>}
    </>
  );
}

interface IActivityProps {
  readonly cluster: Cluster;
  /** Whether its jobs are shown already. */
  readonly inDetails?: boolean;
}

/** What goes on in a cluster that lives, and what can be done with it. */
export function Activity({ cluster, inDetails }: IActivityProps): React.ReactElement {
  const { trans } = useClusterContext();
  return (
    <>
      <JobsBar cluster={cluster} />
      <Waiting cluster={cluster} />
      <Load cluster={cluster} />
      <IdleCountdown cluster={cluster} />
      {isOutOfReach(cluster) && (
        <div className="jp-DaskSlurmCard-note">
          {trans.__(
            'Runs on %1 and was last heard of at %2. It can be scaled and watched there; here it can be connected to and stopped.',
            cluster.controller.hostname,
            formatTime(cluster.updated_at)
          )}
        </div>
      )}
      <Problems cluster={cluster} />
      <HintNote cluster={cluster} />
      <Scaling cluster={cluster} />
      <Actions cluster={cluster} inDetails={inDetails} />
    </>
  );
}

/** Why jobs wait and when Slurm expects the first to start; nothing where none waits. */
function Waiting({ cluster }: { cluster: Cluster }): React.ReactElement | null {
  const { trans } = useClusterContext();
  const words = queueWords(cluster, trans);
  return words === null ? null : <div className="jp-DaskSlurmCard-note">{words}</div>;
}

/** How long a cluster that has nothing to do stays. */
function IdleCountdown({ cluster }: { cluster: Cluster }): React.ReactElement | null {
  const { trans } = useClusterContext();
  const { idle_since: since, closes_at: closes } = cluster;
  const now = useMinutes(since !== null && closes !== null);
  if (since === null || closes === null) {
    return null;
  }
  const left = formatSpan((Date.parse(closes) - now) / 1000, trans);
  return (
    <div className="jp-DaskSlurmCard-note" title={formatTime(closes)}>
      {trans.__('Nothing has run since %1, stops in %2', formatTime(since), left)}
    </div>
  );
}

/** Why a cluster ended, and what can be done now. */
export function Ending({ cluster }: { cluster: Cluster }): React.ReactElement {
  const { trans } = useClusterContext();
  const { ended } = cluster;
  return (
    <>
      {ended && (
        <div className="jp-DaskSlurmCard-note">
          {trans.__('Ended at %1: %2', formatTime(ended.time), withLocalTimes(ended.reason))}
        </div>
      )}
      <Problems cluster={cluster} />
      <Used cluster={cluster} />
      <LastActions cluster={cluster} />
    </>
  );
}
