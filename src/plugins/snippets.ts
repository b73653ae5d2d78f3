import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ILabShell } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IConsoleTracker } from '@jupyterlab/console';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator } from '@jupyterlab/translation';

import type { Cluster } from '../api/contract';
import { CommandIDs } from '../commandIds';
import { addSnippetCommands } from '../snippets/snippetCommands';
import { IClusterManager, ISelection } from '../tokens';

/** Client code for notebooks and consoles. */
export const snippetsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-dask-slurm:snippets',
  description: 'Inserts code that connects a notebook or console to a Dask cluster.',
  autoStart: true,
  requires: [IClusterManager, ISelection, ITranslator],
  optional: [INotebookTracker, IConsoleTracker, ICommandPalette, ILabShell, IDefaultFileBrowser],
  activate: (
    app: JupyterFrontEnd,
    manager: IClusterManager,
    selection: ISelection,
    translator: ITranslator,
    notebooks: INotebookTracker | null,
    consoles: IConsoleTracker | null,
    palette: ICommandPalette | null,
    labShell: ILabShell | null,
    browser: IDefaultFileBrowser | null
  ) => {
    const trans = translator.load('jupyter_dask_slurm');
    const openNotebook = async (cluster: Cluster) => {
      const { NotebookOpener } = await import('../notebook/connectedNotebook');
      await new NotebookOpener(app, manager, labShell === null).openNew(browser?.model.path ?? '', cluster);
    };
    addSnippetCommands(app, { manager, selection, trans, notebooks, consoles, openNotebook });
    palette?.addItem({ command: CommandIDs.insertClient, category: trans.__('Dask on Slurm') });
  }
};
