import { Clipboard, Dialog, InputDialog, Notification, showDialog } from '@jupyterlab/apputils';
import { copyIcon, editIcon, refreshIcon, stopIcon } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { Cluster } from '../api/validate';
import { canBeChanged, hasEnded, isOutOfReach } from '../model/describe';
import type { IClusterAction, IClusterCommands } from './action';
import { aboutCluster, described, namedCluster } from './args';
import { attempt } from './failure';
import { CommandIDs } from './ids';
import { adaptAction, cancelJobsAction, resubmitAction, scaleAction } from './jobs';

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
  add(CommandIDs.copyAddress, copyAddressAction(parts));
  commands.addCommand(CommandIDs.refreshClusters, {
    label: trans.__('Refresh Clusters'),
    icon: refreshIcon,
    describedBy: described(),
    execute: () => attempt(() => manager.refresh())
  });
}

function renameAction({ manager, trans }: IClusterCommands): IClusterAction {
  return {
    label: trans.__('Rename Cluster…'),
    icon: editIcon,
    enabled: canBeChanged,
    run: async cluster => {
      const answer = await InputDialog.getText({
        title: trans.__('Rename %1', cluster.name),
        label: trans.__('Name'),
        text: cluster.name,
        okLabel: trans.__('Rename')
      });
      if (answer.button.accept && answer.value && answer.value !== cluster.name) {
        await manager.change(cluster.id, { name: answer.value });
      }
    }
  };
}

function restartAction({ manager, selection, trans }: IClusterCommands): IClusterAction {
  const confirmed = async (cluster: Cluster): Promise<boolean> => {
    if (hasEnded(cluster)) {
      return true;
    }
    const answer = await showDialog({
      title: trans.__('Restart %1?', cluster.name),
      body: trans.__(
        'Its jobs are cancelled and its results are lost. It starts anew with the same options.'
      ),
      buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: trans.__('Restart') })]
    });
    return answer.button.accept;
  };
  return {
    label: trans.__('Restart Cluster'),
    icon: refreshIcon,
    enabled: cluster => cluster.status !== 'stopping' && !isOutOfReach(cluster),
    run: async cluster => {
      if (await confirmed(cluster)) {
        selection.select((await manager.restart(cluster.id)).id);
      }
    }
  };
}

function stopAction({ manager, trans }: IClusterCommands): IClusterAction {
  const question = (cluster: Cluster): string => {
    const { working, starting, queued, missing } = cluster.jobs;
    const jobs = working + starting + queued + missing;
    const inMemory = cluster.tasks?.in_memory ?? 0;
    return [
      trans._n('%1 job is cancelled.', '%1 jobs are cancelled.', jobs),
      inMemory > 0 && trans._n('%1 result in memory is lost.', '%1 results in memory are lost.', inMemory)
    ]
      .filter(Boolean)
      .join(' ');
  };
  const confirmed = async (cluster: Cluster): Promise<boolean> => {
    if (hasEnded(cluster)) {
      return true;
    }
    const answer = await showDialog({
      title: trans.__('Stop %1?', cluster.name),
      body: question(cluster),
      buttons: [Dialog.cancelButton(), Dialog.warnButton({ label: trans.__('Stop') })]
    });
    return answer.button.accept;
  };
  return {
    label: trans.__('Stop Cluster'),
    icon: stopIcon,
    enabled: cluster => cluster.status !== 'stopping',
    run: async cluster => {
      if (await confirmed(cluster)) {
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
