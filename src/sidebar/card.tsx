import { caretDownIcon, caretRightIcon, ellipsesIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Cluster } from '../api/validate';
import { statusIcons } from '../icons';
import {
  composition,
  formatSpan,
  formatTime,
  hasEnded,
  isOutOfReach,
  phaseWords,
  statusWord
} from '../model/describe';
import { Actions, LastActions } from './actions';
import { IconButton } from './buttons';
import { useMinutes, usePanel } from './context';
import { JobsBar } from './jobsBar';
import { Load } from './load';
import { Problems } from './problems';
import { Scaling } from './scaling';
import { useSite } from './site';
import { useClusterDrag } from './useClusterDrag';
import { Waiting } from './waiting';

interface ICardProps {
  readonly cluster: Cluster;
  readonly selected: boolean;
  /** Whether the header is all that is shown. */
  readonly folded: boolean;
  readonly onFold: (id: string, folded: boolean) => void;
}

/** One cluster. Dragged onto a notebook it becomes a cell that connects to it. */
export const ClusterCard = React.memo(function ClusterCard(props: ICardProps) {
  const { cluster, selected, folded, onFold } = props;
  const { selection } = usePanel();
  const select = () => selection.select(cluster.id);
  const drag = useClusterDrag(cluster);
  return (
    <li
      className={`jp-DaskSlurmCard jp-mod-${cluster.status}${selected ? ' jp-mod-selected' : ''}${folded ? ' jp-mod-folded' : ''}`}
      data-cluster={cluster.id}
      aria-current={selected}
      aria-label={cluster.name}
      onClick={select}
      onFocus={select}
      onContextMenu={select}
      {...drag}
    >
      <CardHeader cluster={cluster} folded={folded} onFold={() => onFold(cluster.id, !folded)} />
      {!folded && (
        <>
          <div className="jp-DaskSlurmCard-summary">
            <Summary cluster={cluster} />
          </div>
          {hasEnded(cluster) ? <Ending cluster={cluster} /> : <Activity cluster={cluster} />}
        </>
      )}
    </li>
  );
});

interface IHeaderProps {
  readonly cluster: Cluster;
  readonly folded: boolean;
  readonly onFold: () => void;
}

/** The one line that a folded card has: it tells the jobs then, and whether something is wrong. */
function CardHeader({ cluster, folded, onFold }: IHeaderProps): React.ReactElement {
  const { trans } = usePanel();
  const troubled = cluster.problems.length > 0 || cluster.error !== null;
  const tellsJobs = folded && cluster.status === 'running';
  const Icon = statusIcons[cluster.status];
  const openMenu = (event: React.MouseEvent<HTMLButtonElement>) => {
    const { left, bottom } = event.currentTarget.getBoundingClientRect();
    const at = { bubbles: true, cancelable: true, clientX: left, clientY: bottom };
    event.currentTarget.dispatchEvent(new MouseEvent('contextmenu', at));
  };
  return (
    <div className="jp-DaskSlurmCard-header">
      <IconButton
        icon={folded ? caretRightIcon : caretDownIcon}
        label={folded ? trans.__('Unfold %1', cluster.name) : trans.__('Fold %1', cluster.name)}
        expanded={!folded}
        onClick={onFold}
      />
      <Icon.react tag="span" className={`jp-DaskSlurmCard-icon jp-mod-${cluster.status}`} />
      <span className="jp-DaskSlurmCard-name" title={cluster.name}>
        {cluster.name}
      </span>
      <span className="jp-DaskSlurmCard-status" role="status">
        {tellsJobs ? phaseWords(cluster, trans) : statusWord(cluster, trans)}
      </span>
      {folded && troubled && (
        <statusIcons.problem.react
          tag="span"
          className="jp-DaskSlurmCard-trouble"
          title={trans.__('There are problems')}
        />
      )}
      <IconButton
        icon={ellipsesIcon}
        label={trans.__('More actions for %1', cluster.name)}
        onClick={openMenu}
        menu
      />
    </div>
  );
}

function Summary({ cluster }: { cluster: Cluster }): React.ReactElement {
  const { trans } = usePanel();
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

function Activity({ cluster }: { cluster: Cluster }): React.ReactElement {
  const { trans } = usePanel();
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
      <Scaling cluster={cluster} />
      <Actions cluster={cluster} />
    </>
  );
}

/** How long a cluster that has nothing to do stays. */
function IdleCountdown({ cluster }: { cluster: Cluster }): React.ReactElement | null {
  const { trans } = usePanel();
  const { idle_since: since, closes_at: closes } = cluster;
  const now = useMinutes(since !== null && closes !== null);
  if (since === null || closes === null) {
    return null;
  }
  const left = formatSpan((Date.parse(closes) - now) / 1000, trans);
  return (
    <div className="jp-DaskSlurmCard-note" title={formatTime(closes)}>
      {trans.__('Idle since %1, stops in %2', formatTime(since), left)}
    </div>
  );
}

/** Why a cluster ended, and what can be done now. */
function Ending({ cluster }: { cluster: Cluster }): React.ReactElement {
  const { trans } = usePanel();
  const { ended } = cluster;
  return (
    <>
      {ended && (
        <div className="jp-DaskSlurmCard-note">
          {trans.__('Ended at %1: %2', formatTime(ended.time), ended.reason)}
        </div>
      )}
      <Problems cluster={cluster} />
      <LastActions cluster={cluster} />
    </>
  );
}
