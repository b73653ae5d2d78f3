import { Clipboard, Notification } from '@jupyterlab/apputils';
import { copyIcon, editIcon, refreshIcon, stopIcon } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { CommandIDs } from '../commandIds';
import { canBeChanged, isOutOfReach } from '../model/status';
import { aboutCluster, described, namedCluster } from './args';
import { attempt } from './attempt';
import type { IClusterAction, IClusterCommands } from './clusterAction';
import { saveProfileAction } from './profileAction';
import { adaptAction, cancelJobsAction, resubmitAction, scaleAction } from './jobActions';

/** Register what can be done with the clusters that exist. */
export function addClusterCommands(commands: CommandRegistry, parts: IClusterCommands): void {
  const { manager, selection, trans } = parts;
  const add = (id: string, action: IClusterAction) => {
    const find = (args: ReadonlyPartialJSONObject) => namedCluster(args, manager, selection);
    commands.addCommand(id, {
      label: action.label,
      icon: action.icon,
      describedBy: aboutCluster(action.properties),
      isEnabled: args => {
        const cluster = find(args);
        return cluster !== undefined && action.enabled(cluster);
      },
      execute: async args => {
        const cluster = find(args);
        if (cluster) {
          await attempt(() => action.run(cluster, args));
        }
      }
    });
  };

  add(CommandIDs.scaleCluster, scaleAction(parts));
  add(CommandIDs.adaptCluster, adaptAction(parts));
  add(CommandIDs.resubmitJobs, resubmitAction(parts));
  add(CommandIDs.cancelJobs, cancelJobsAction(parts));
  add(CommandIDs.renameCluster, renameAction(parts));
  add(CommandIDs.restartCluster, restartAction(parts));
  add(CommandIDs.stopCluster, stopAction(parts));
  add(CommandIDs.keepCluster, keepAction(parts));
  add(CommandIDs.saveProfile, saveProfileAction(parts));
  add(CommandIDs.copyAddress, copyAddressAction(parts));
  commands.addCommand(CommandIDs.refreshClusters, {
    label: trans.__('Refresh Clusters'),
    icon: refreshIcon,
    describedBy: described(),
    execute: () => attempt(() => manager.refresh())
  });
}

const dialogs = () => import('./dialogs');

function renameAction({ manager, trans }: IClusterCommands): IClusterAction {
  return {
    label: trans.__('Rename Cluster…'),
    icon: editIcon,
    enabled: canBeChanged,
    run: async cluster => {
      const name = await (await dialogs()).askName(cluster, trans);
      if (name !== null) {
        await manager.change(cluster.id, { name });
      }
    }
  };
}

function restartAction({ manager, selection, trans }: IClusterCommands): IClusterAction {
  return {
    label: trans.__('Restart Cluster'),
    icon: refreshIcon,
    enabled: cluster => cluster.status !== 'stopping' && !isOutOfReach(cluster),
    run: async cluster => {
      if (await (await dialogs()).confirmRestart(cluster, trans)) {
        selection.select((await manager.restart(cluster.id)).id);
      }
    }
  };
}

function stopAction({ manager, trans }: IClusterCommands): IClusterAction {
  return {
    label: trans.__('Stop Cluster'),
    icon: stopIcon,
    enabled: cluster => cluster.status !== 'stopping',
    run: async cluster => {
      if (await (await dialogs()).confirmStop(cluster, trans)) {
        await manager.remove(cluster.id);
      }
    }
  };
}

function keepAction({ manager, trans }: IClusterCommands): IClusterAction {
  return {
    label: trans.__('Keep Cluster while Idle'),
    enabled: cluster => canBeChanged(cluster) && cluster.idle_timeout_s > 0,
    run: async cluster => {
      await manager.change(cluster.id, { idle_timeout_s: 0 });
    }
  };
}

function copyAddressAction({ trans }: IClusterCommands): IClusterAction {
  return {
    label: trans.__('Copy Scheduler Address'),
    icon: copyIcon,
    enabled: cluster => cluster.scheduler_address !== null,
    run: cluster => {
      Clipboard.copyToSystem(cluster.scheduler_address ?? '');
      Notification.success(trans.__('Address of %1 copied', cluster.name), { autoClose: 2000 });
      return Promise.resolve();
    }
  };
}
