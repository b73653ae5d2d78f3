import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { CommandIDs } from '../commandIds';
import { aboutCluster, described, namedCluster, Properties } from '../commands/args';
import { attempt } from '../commands/attempt';
import type { IClusterCommands } from '../commands/clusterParts';
import { daskSlurmIcon } from '../icons';
import { isAlive, statusWord } from '../model/status';
import type { NotebookLink } from './notebookLink';
import type { NotebookLinks } from './notebookLinks';

/** What the commands about notebooks work with. */
export interface INotebookCommands extends IClusterCommands {
  readonly notebooks: INotebookTracker;
  /** Null before the first notebook is open. */
  readonly links: () => NotebookLinks | null;
}

const NOTEBOOK: Properties = {
  notebook: { type: 'string', description: "The id of the notebook's tab; the current one by default" }
};

/** Register what ties a notebook to a cluster. */
export function addNotebookCommands(commands: CommandRegistry, parts: INotebookCommands): void {
  const { trans, links, notebooks } = parts;
  const linkOf = (args: ReadonlyPartialJSONObject): NotebookLink | null => {
    const panel = findNotebook(notebooks, args.notebook);
    return (panel && links()?.of(panel)) ?? null;
  };
  addAttach(commands, parts, linkOf);
  commands.addCommand(CommandIDs.detachNotebook, {
    label: trans.__('Detach Notebook from Cluster'),
    caption: trans.__('Close the client in the kernel, and let the notebook forget its Dask cluster'),
    describedBy: described(NOTEBOOK),
    isEnabled: args => belongs(linkOf(args)),
    execute: args => attempt(async () => linkOf(args)?.detach())
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

type FindLink = (args: ReadonlyPartialJSONObject) => NotebookLink | null;

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
    isEnabled: args => linkOf(args) !== null && isAlive(find(args)) && find(args)?.scheduler_address !== null,
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

function belongs(link: NotebookLink | null): boolean {
  return link !== null && (link.metadata !== null || link.attached !== undefined);
}
