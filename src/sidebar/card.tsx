import { editIcon, ellipsesIcon, LabIcon, stopIcon, closeIcon, refreshIcon } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import * as React from 'react';

import type { Cluster } from '../api/validate';
import { CommandIDs } from '../commands/ids';
import { dashboardIcon, insertIcon, statusIcons } from '../icons';
import { composition, formatSpan, formatTime, hasEnded, liveNumbers, statusWord } from '../model/describe';
import { useMinutes, usePanel } from './context';
import { JobsBar } from './jobsBar';
import { Problems } from './problems';
import { JobsStepper } from './stepper';
import { useClusterDrag } from './useClusterDrag';

interface ICardProps {
  readonly cluster: Cluster;
  readonly selected: boolean;
}

/** One cluster. Dragged onto a notebook it becomes a cell that connects to it. */
export const ClusterCard = React.memo(function ClusterCard({ cluster, selected }: ICardProps) {
  const { selection } = usePanel();
  const select = () => selection.select(cluster.id);
  const drag = useClusterDrag(cluster);
  return (
    <li
      className={`jp-DaskSlurmCard jp-mod-${cluster.status}${selected ? ' jp-mod-selected' : ''}`}
      data-cluster={cluster.id}
      aria-current={selected}
      aria-label={cluster.name}
      onClick={select}
      onFocus={select}
      onContextMenu={select}
      {...drag}
    >
      <CardHeader cluster={cluster} />
      <div className="jp-DaskSlurmCard-summary">
        <Summary cluster={cluster} />
      </div>
      {hasEnded(cluster) ? <Ending cluster={cluster} /> : <Activity cluster={cluster} />}
    </li>
  );
});

function CardHeader({ cluster }: { cluster: Cluster }): React.ReactElement {
  const { trans } = usePanel();
  const Icon = statusIcons[cluster.status];
  const openMenu = (event: React.MouseEvent<HTMLButtonElement>) => {
    const { left, bottom } = event.currentTarget.getBoundingClientRect();
    const at = { bubbles: true, cancelable: true, clientX: left, clientY: bottom };
    event.currentTarget.dispatchEvent(new MouseEvent('contextmenu', at));
  };
  return (
    <div className="jp-DaskSlurmCard-header">
      <Icon.react tag="span" className={`jp-DaskSlurmCard-icon jp-mod-${cluster.status}`} />
      <span className="jp-DaskSlurmCard-name" title={cluster.name}>
        {cluster.name}
      </span>
      <span className="jp-DaskSlurmCard-status" role="status">
        {statusWord(cluster, trans)}
      </span>
      <CardButton
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
  return (
    <>
      {composition(cluster, trans).map((part, index) => (
        <span key={index}>{part}</span>
      ))}
      {left && <span title={formatTime(expires)}>{trans.__('%1 left', left)}</span>}
    </>
  );
}

function Activity({ cluster }: { cluster: Cluster }): React.ReactElement {
  const { trans } = usePanel();
  const { hostname, reachable } = cluster.controller;
  const away = !reachable && cluster.status !== 'starting';
  const adaptive = cluster.scaling.mode === 'adaptive';
  return (
    <>
      <JobsBar cluster={cluster} />
      <div className="jp-DaskSlurmCard-numbers">
        {liveNumbers(cluster, trans).map((part, index) => (
          <span key={index}>{part}</span>
        ))}
      </div>
      {away && (
        <div className="jp-DaskSlurmCard-note">
          {trans.__('Runs on %1; last heard of at %2.', hostname, formatTime(cluster.updated_at))}
        </div>
      )}
      <Problems cluster={cluster} />
      {!adaptive && <JobsStepper cluster={cluster} />}
      <Actions cluster={cluster} />
    </>
  );
}

function Actions({ cluster }: { cluster: Cluster }): React.ReactElement {
  const { trans } = usePanel();
  return (
    <div className="jp-DaskSlurmCard-actions">
      <CommandButton
        command={CommandIDs.insertClient}
        args={{ cluster: cluster.id }}
        icon={insertIcon}
        label={trans.__('Connect')}
        title={trans.__('Insert a cell that connects to this cluster')}
      />
      <CommandButton
        command={CommandIDs.openDashboard}
        args={{ cluster: cluster.id }}
        icon={dashboardIcon}
        label={trans.__('Dashboard')}
        title={trans.__('Open the status page of this cluster')}
        disabled={cluster.status !== 'running' || !cluster.controller.reachable}
      />
      <CommandButton
        command={CommandIDs.stopCluster}
        args={{ cluster: cluster.id }}
        icon={stopIcon}
        label={trans.__('Stop')}
        title={trans.__('Cancel all jobs of this cluster and end it')}
        disabled={cluster.status === 'stopping'}
      />
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
      <div className="jp-DaskSlurmCard-actions">
        <CommandButton
          command={CommandIDs.restartCluster}
          args={{ cluster: cluster.id }}
          icon={refreshIcon}
          label={trans.__('Start again')}
          title={trans.__('Start the same cluster again')}
        />
        <CommandButton
          command={CommandIDs.createCluster}
          args={{ like: cluster.id }}
          icon={editIcon}
          label={trans.__('With changes…')}
          title={trans.__('Open the form with the options of this cluster')}
        />
        <CommandButton
          command={CommandIDs.stopCluster}
          args={{ cluster: cluster.id }}
          icon={closeIcon}
          label={trans.__('Dismiss')}
          title={trans.__('Dismiss: clean up what is left and take it off the list')}
          iconOnly
        />
      </div>
    </>
  );
}

interface ICommandButtonProps {
  readonly command: string;
  readonly args: ReadonlyPartialJSONObject;
  readonly icon: LabIcon;
  readonly label: string;
  readonly title: string;
  readonly disabled?: boolean;
  readonly iconOnly?: boolean;
}

/** Runs a command; busy until it is done, so that a double click runs it once. */
function CommandButton(props: ICommandButtonProps): React.ReactElement {
  const { commands } = usePanel();
  const [busy, setBusy] = React.useState(false);
  const mounted = React.useRef(true);
  React.useEffect(() => {
    mounted.current = true;
    return () => {
      mounted.current = false;
    };
  }, []);
  const run = async () => {
    setBusy(true);
    try {
      await commands.execute(props.command, props.args);
    } finally {
      if (mounted.current) {
        setBusy(false);
      }
    }
  };
  return (
    <button
      className={`jp-DaskSlurmButton${props.iconOnly ? ' jp-mod-iconOnly' : ''}`}
      title={props.title}
      aria-label={props.label}
      disabled={busy || props.disabled}
      aria-busy={busy}
      onClick={() => void run()}
    >
      <props.icon.react tag="span" className="jp-DaskSlurmButton-icon" />
      {!props.iconOnly && <span className="jp-DaskSlurmButton-label">{props.label}</span>}
    </button>
  );
}

interface ICardButtonProps {
  readonly icon: LabIcon;
  readonly label: string;
  readonly menu?: boolean;
  readonly onClick: (event: React.MouseEvent<HTMLButtonElement>) => void;
}

function CardButton({ icon, label, menu, onClick }: ICardButtonProps): React.ReactElement {
  return (
    <button
      className="jp-DaskSlurmButton jp-mod-iconOnly"
      title={label}
      aria-label={label}
      aria-haspopup={menu ? 'menu' : undefined}
      onClick={onClick}
    >
      <icon.react tag="span" className="jp-DaskSlurmButton-icon" />
    </button>
  );
}
