import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { Cluster } from '../api/contract';
import { CommandIDs } from '../commandIds';
import { aboutCluster, described, namedCluster } from '../commands/args';
import { attempt } from '../commands/attempt';
import { daskSlurmIcon } from '../icons';
import { isAlive, statusWord } from '../model/status';
import type { NotebookLink } from './notebookLink';
import { addRecipeCommands, FindLink, INotebookCommands, NOTEBOOK } from './recipeCommands';

/** Register what ties a notebook to a cluster: once there is a notebook. */
export function addNotebookCommands(commands: CommandRegistry, parts: INotebookCommands): void {
  const { trans, links, notebooks } = parts;
  const linkOf = (args: ReadonlyPartialJSONObject): NotebookLink | null => {
    const panel = findNotebook(notebooks, args.notebook);
    return panel && links.of(panel);
  };
  addAttach(commands, parts, linkOf);
  addRecipeCommands(commands, parts, linkOf);
  commands.addCommand(CommandIDs.detachNotebook, {
    label: trans.__('Detach Notebook from Cluster'),
    caption: trans.__('Close the client in the kernel, and let the notebook forget its Dask cluster'),
    describedBy: described(NOTEBOOK),
    isEnabled: args => belongs(linkOf(args)),
    execute: args =>
      attempt(async () => {
        const link = linkOf(args);
        if (link) {
          const { detach } = await import('./attach');
          await detach(link, trans);
        }
      })
  });
  commands.addCommand(CommandIDs.toggleAutoAttach, {
    label: trans.__('Attach Automatically'),
    caption: trans.__('Connect the kernel of this notebook whenever it starts'),
    describedBy: described(NOTEBOOK),
    isEnabled: args => belongs(linkOf(args)),
    isToggled: args => belongs(linkOf(args)) && Boolean(linkOf(args)?.auto),
    execute: args => {
      const link = linkOf(args);
      link?.setAuto(!link.auto);
    }
  });
}

function addAttach(commands: CommandRegistry, parts: INotebookCommands, linkOf: FindLink): void {
  const { manager, selection, trans } = parts;
  const find = (args: ReadonlyPartialJSONObject) => namedCluster(args, manager, selection);
  commands.addCommand(CommandIDs.attachNotebook, {
    label: args => {
      const cluster = args.isMenu ? find(args) : undefined;
      return cluster
        ? trans.__('Attach to %1 — %2', cluster.name, statusWord(cluster, trans))
        : trans.__('Attach Notebook to Cluster');
    },
    caption: trans.__('Make "client" in the kernel of the notebook, connected to the selected Dask cluster'),
    icon: args => (args.isMenu ? undefined : daskSlurmIcon),
    describedBy: aboutCluster({
      ...NOTEBOOK,
      isMenu: { type: 'boolean', description: 'Whether the label names the cluster' }
    }),
    isEnabled: args => linkOf(args) !== null && canBeAttached(find(args)),
    isToggled: args => args.isMenu === true && linkOf(args)?.attached?.id === args.cluster,
    execute: async args => {
      const [cluster, link] = [find(args), linkOf(args)];
      if (cluster && link) {
        await attempt(async () => {
          const { attach } = await import('./attach');
          await attach(link, cluster, trans);
        });
      }
    }
  });
}

/** @returns the notebook with this id; without an id the current one. */
function findNotebook(notebooks: INotebookTracker, id: unknown): NotebookPanel | null {
  return typeof id === 'string'
    ? (notebooks.find(panel => panel.id === id) ?? null)
    : notebooks.currentWidget;
}

/** @returns whether a notebook can be connected to a cluster, now or as soon as it has started. */
function canBeAttached(cluster: Cluster | undefined): boolean {
  return cluster?.status === 'starting' || (isAlive(cluster) && cluster?.scheduler_address !== null);
}

function belongs(link: NotebookLink | null): boolean {
  return link !== null && (link.metadata !== null || link.attached !== undefined);
}
