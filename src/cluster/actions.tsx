import { closeIcon, editIcon, listIcon, refreshIcon, stopIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Cluster } from '../api/contract';
import { CommandIDs } from '../commandIds';
import { dashboardIcon, insertIcon } from '../icons';
import { canBeChanged } from '../model/status';
import { CommandButton } from './buttons';
import { useClusterContext, useOfCommand } from './context';

interface IActionsProps {
  readonly cluster: Cluster;
  /** Whether its jobs are shown already. */
  readonly inDetails?: boolean;
}

/** What is done most with a cluster that lives. */
export function Actions({ cluster, inDetails = false }: IActionsProps): React.ReactElement {
  const { commands, trans } = useClusterContext();
  const connecting = { cluster: cluster.id, isCard: true };
  // Another one where a notebook is open that a cell can go into.
  const label = useOfCommand(CommandIDs.insertClient, () =>
    commands.label(CommandIDs.insertClient, connecting)
  );
  return (
    <div className="jp-DaskSlurmCard-actions">
      <CommandButton
        command={CommandIDs.insertClient}
        args={connecting}
        icon={insertIcon}
        label={label}
        title={commands.caption(CommandIDs.insertClient, connecting)}
      />
      <CommandButton
        command={CommandIDs.openDashboard}
        args={{ cluster: cluster.id }}
        icon={dashboardIcon}
        label={trans.__('Dashboard')}
        title={
          cluster.status === 'running' && !canBeChanged(cluster)
            ? trans.__('The dashboard can be opened on %1', cluster.controller.hostname)
            : trans.__('Open the status page of this cluster')
        }
        disabled={cluster.status !== 'running' || !canBeChanged(cluster)}
      />
      {!inDetails && (
        <CommandButton
          command={CommandIDs.openDetails}
          args={{ cluster: cluster.id }}
          icon={listIcon}
          label={trans.__('Jobs')}
          title={trans.__('Open the jobs, logs and options of this cluster')}
        />
      )}
      <CommandButton
        command={CommandIDs.stopCluster}
        args={{ cluster: cluster.id }}
        icon={stopIcon}
        label={trans.__('Stop')}
        title={trans.__('Stop: cancel all jobs of this cluster and end it')}
        disabled={cluster.status === 'stopping'}
        iconOnly
      />
    </div>
  );
}

/** What can be done with a cluster that has ended. */
export function LastActions({ cluster }: { cluster: Cluster }): React.ReactElement {
  const { trans } = useClusterContext();
  return (
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
        command={CommandIDs.openDetails}
        args={{ cluster: cluster.id, section: 'logs' }}
        icon={listIcon}
        label={trans.__('Logs')}
        title={trans.__('Open the logs and the history of this cluster')}
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
  );
}
