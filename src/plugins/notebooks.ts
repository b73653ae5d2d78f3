import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import { INotebookTracker, NotebookActions, NotebookPanel } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../commands/ids';
import { addNotebookCommands } from '../commands/notebooks';
import { LinkButton } from '../notebook/button';
import { NotebookLinks } from '../notebook/links';
import { IClusterManager, ISelection } from '../tokens';

const ID = 'jupyter-dask-slurm:notebooks';

/** A cell that may have made or closed a client. */
const MAKES_CLIENT = /\b(connect|Client|get_client|close|shutdown)\(/;

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
    let autoAttach = false;
    const links = new NotebookLinks({ manager, autoAttach: () => autoAttach });
    addNotebookCommands(commands, { manager, selection, trans, notebooks, links });
    toolbars?.addFactory<NotebookPanel>(
      'Notebook',
      'dask-slurm',
      panel => new LinkButton(panel, links.of(panel), { commands, manager }, trans)
    );
    notebooks.forEach(panel => links.of(panel));
    notebooks.widgetAdded.connect((_, panel) => links.of(panel));
    lookAfterCells(notebooks, links);
    void settings?.load(ID).then(loaded => {
      const read = () => {
        autoAttach = loaded.get('autoAttach').composite === true;
        links.reconsider();
      };
      loaded.changed.connect(read);
      read();
    });
    for (const command of [
      CommandIDs.attachNotebook,
      CommandIDs.detachNotebook,
      CommandIDs.toggleAutoAttach
    ]) {
      palette?.addItem({ command, category: trans.__('Dask on Slurm') });
    }
  }
};

/** The user's own code connects as well. */
function lookAfterCells(notebooks: INotebookTracker, links: NotebookLinks): void {
  NotebookActions.executed.connect((_, { notebook, cell }) => {
    const panel = notebooks.find(({ content }) => content === notebook);
    if (panel && MAKES_CLIENT.test(cell.model.sharedModel.getSource())) {
      // A kernel that ends meanwhile leaves nothing to be known.
      links
        .of(panel)
        .look()
        .catch(() => undefined);
    }
  });
}
