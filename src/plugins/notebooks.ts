import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../commandIds';
import { ToolbarItem } from '../notebook/toolbar/toolbarItem';
import { IClusterManager, ISelection } from '../tokens';

const ID = 'jupyter-dask-slurm:notebooks';

/** Notebooks that are on a cluster: attached by command or by themselves, and shown in their toolbar. */
export const notebooksPlugin: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Connects the kernels of notebooks to Dask clusters.',
  autoStart: true,
  requires: [IClusterManager, ISelection, INotebookTracker, ITranslator],
  optional: [IToolbarWidgetRegistry, ISettingRegistry, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    manager: IClusterManager,
    selection: ISelection,
    notebooks: INotebookTracker,
    translator: ITranslator,
    toolbars: IToolbarWidgetRegistry | null,
    settings: ISettingRegistry | null,
    palette: ICommandPalette | null
  ) => {
    const { commands } = app;
    const trans = translator.load('jupyter_dask_slurm');
    // Nobody needs the rest before a notebook is open.
    const linking = firstOf(notebooks).then(async () => {
      const { addNotebookCommands, linkNotebooks, toolbarButton } = await import('../notebook/linkNotebooks');
      const links = linkNotebooks(manager, notebooks, settings?.load(ID), trans);
      addNotebookCommands(commands, { manager, selection, trans, notebooks, links });
      return { links, toolbarButton };
    });
    toolbars?.addFactory<NotebookPanel>(
      'Notebook',
      'dask-slurm',
      panel =>
        new ToolbarItem(
          linking.then(({ links, toolbarButton }) =>
            toolbarButton(panel, links.of(panel), { commands, manager }, trans)
          ),
          trans
        )
    );
    for (const command of [
      CommandIDs.attachNotebook,
      CommandIDs.startRecipe,
      CommandIDs.keepRecipe,
      CommandIDs.detachNotebook,
      CommandIDs.toggleAutoAttach
    ]) {
      palette?.addItem({ command, category: trans.__('Dask on Slurm') });
    }
  }
};

/** Resolves as soon as a notebook is open. */
function firstOf(notebooks: INotebookTracker): Promise<void> {
  return new Promise(resolve => {
    notebooks.widgetAdded.connect(() => resolve());
    if (notebooks.size > 0) {
      resolve();
    }
  });
}
