import { closeIcon, copyIcon, editIcon, refreshIcon, saveIcon, stopIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { Cluster } from '../api/contract';
import { CommandIDs } from '../commandIds';
import { canBeChanged, canBeScaled, hasEnded, isOutOfReach } from '../model/status';
import { aboutCluster, described, namedCluster, NEXT_OPTION, Properties } from './args';
import { attempt } from './attempt';
import type { IClusterCommands } from './clusterParts';

/** A command about one cluster, in terms of that cluster; what it does is in clusterWork.ts. */
interface IClusterAction {
  readonly label: string;
  /** What it is called in the menu of a cluster, where nothing else can be meant. */
  readonly inMenu?: (cluster: Cluster) => string;
  readonly icon?: CommandRegistry.ICommandOptions['icon'];
  readonly properties?: Properties;
  readonly enabled: (cluster: Cluster) => boolean;
}

/** Register what can be done with the clusters that exist. */
export function addClusterCommands(commands: CommandRegistry, parts: IClusterCommands): void {
  const { manager, selection, trans } = parts;
  const find = (args: ReadonlyPartialJSONObject) => namedCluster(args, manager, selection);
  for (const [id, action] of Object.entries({ ...sizeActions(trans), ...wholeActions(trans) })) {
    const { label, inMenu, icon, properties, enabled } = action;
    commands.addCommand(id, {
      label: args => {
        const cluster = args.isMenu ? find(args) : undefined;
        return (cluster && inMenu?.(cluster)) ?? label;
      },
      icon,
      describedBy: aboutCluster(properties),
      isEnabled: args => {
        const cluster = find(args);
        return cluster !== undefined && enabled(cluster);
      },
      execute: async args => {
        const cluster = find(args);
        if (cluster) {
          await attempt(async () => (await import('./clusterWork')).work[id](parts, cluster, args));
        }
      }
    });
  }
  commands.addCommand(CommandIDs.refreshClusters, {
    label: trans.__('Refresh Clusters'),
    icon: refreshIcon,
    describedBy: described(),
    execute: () => attempt(() => manager.refresh())
  });
}

/** How many jobs it has. */
function sizeActions(trans: TranslationBundle): Record<string, IClusterAction> {
  const count = { type: 'integer', minimum: 0 };
  return {
    [CommandIDs.scaleCluster]: {
      label: trans.__('Scale Cluster…'),
      inMenu: () => trans.__('Scale…'),
      properties: { jobs: { ...count, description: 'How many jobs; asked for if missing' } },
      enabled: canBeScaled
    },
    [CommandIDs.adaptCluster]: {
      label: trans.__('Adapt Cluster to its Load…'),
      inMenu: () => trans.__('Adapt to its Load…'),
      properties: {
        minimum: { ...count, description: 'Fewest jobs; 0 by default' },
        maximum: { ...count, description: 'Most jobs; asked for if missing' }
      },
      enabled: canBeScaled
    },
    [CommandIDs.resubmitJobs]: {
      label: trans.__('Submit Lost Jobs Again'),
      icon: refreshIcon,
      properties: {
        problem: {
          type: 'string',
          description: 'The code of the problem; by default the first that this answers'
        }
      },
      enabled: cluster => canBeChanged(cluster) && cluster.problems.length > 0
    },
    [CommandIDs.cancelJobs]: {
      label: trans.__('Cancel Jobs…'),
      icon: closeIcon,
      properties: { jobs: { type: 'array', items: { type: 'string' }, description: 'The ids of the jobs' } },
      enabled: canBeScaled
    }
  };
}

/** What is done with all of it. */
function wholeActions(trans: TranslationBundle): Record<string, IClusterAction> {
  return {
    [CommandIDs.renameCluster]: {
      label: trans.__('Rename Cluster…'),
      inMenu: () => trans.__('Rename…'),
      icon: editIcon,
      enabled: canBeChanged
    },
    [CommandIDs.restartCluster]: {
      label: trans.__('Restart Cluster…'),
      inMenu: cluster => (hasEnded(cluster) ? trans.__('Start Again') : trans.__('Restart…')),
      icon: refreshIcon,
      enabled: cluster => cluster.status !== 'stopping' && !isOutOfReach(cluster)
    },
    [CommandIDs.stopCluster]: {
      label: trans.__('Stop Cluster…'),
      inMenu: cluster => (hasEnded(cluster) ? trans.__('Dismiss') : trans.__('Stop…')),
      icon: stopIcon,
      enabled: cluster => cluster.status !== 'stopping'
    },
    [CommandIDs.keepCluster]: {
      label: trans.__('Keep Cluster while Idle'),
      inMenu: () => trans.__('Keep while Idle'),
      enabled: cluster => canBeChanged(cluster) && cluster.idle_timeout_s > 0
    },
    [CommandIDs.saveProfile]: {
      label: trans.__('Save Cluster as Profile…'),
      inMenu: () => trans.__('Save as Profile…'),
      icon: saveIcon,
      properties: NEXT_OPTION,
      enabled: () => true
    },
    [CommandIDs.copyAddress]: {
      label: trans.__('Copy Scheduler Address'),
      icon: copyIcon,
      enabled: cluster => cluster.scheduler_address !== null
    }
  };
}
