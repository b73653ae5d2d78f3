import { MenuSvg } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import type { Menu } from '@lumino/widgets';

import { CommandIDs } from '../../commandIds';
import { openBelow } from '../../commands/openBelow';
import { isAlive } from '../../model/status';
import type { IClusterManager } from '../../tokens';
import type { NotebookLink } from '../notebookLink';

/** What the menu works with. */
export interface IMenuParts {
  readonly commands: CommandRegistry;
  readonly manager: IClusterManager;
}

/** Open what can be done with a notebook and the clusters that live now, below a button. */
export function openMenu(link: NotebookLink, notebook: string, parts: IMenuParts, button: Element): void {
  const menu = new MenuSvg({ commands: parts.commands });
  fill(menu, link, notebook, parts.manager);
  openBelow(menu, button);
}

function fill(menu: Menu, link: NotebookLink, notebook: string, manager: IClusterManager): void {
  const alive = manager.clusters.filter(isAlive);
  // Shown where it can be used.
  menu.addItem({ command: CommandIDs.startRecipe, args: { notebook } });
  for (const cluster of alive) {
    const args = { cluster: cluster.id, notebook, isMenu: true };
    menu.addItem({ command: CommandIDs.attachNotebook, args });
  }
  if (alive.length === 0) {
    menu.addItem({ command: CommandIDs.createCluster, args: { notebook } });
  }
  const { cluster } = link;
  if (cluster) {
    const args = { cluster: cluster.id };
    menu.addItem({ type: 'separator' });
    menu.addItem({ command: CommandIDs.insertClient, args });
    menu.addItem({ command: CommandIDs.openLayout, args });
  }
  menu.addItem({ type: 'separator' });
  menu.addItem({ command: CommandIDs.toggleAutoAttach, args: { notebook } });
  menu.addItem({ command: CommandIDs.keepRecipe, args: { notebook } });
  menu.addItem({ command: CommandIDs.detachNotebook, args: { notebook } });
}
