import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IConsoleTracker } from '@jupyterlab/console';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../commandIds';
import { addSnippetCommands } from '../snippets/snippetCommands';
import { IClusterManager, ISelection } from '../tokens';

/** Client code for notebooks and consoles. */
export const snippetsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-dask-slurm:snippets',
  description: 'Inserts code that connects a notebook or console to a Dask cluster.',
  autoStart: true,
  requires: [IClusterManager, ISelection, ITranslator],
  optional: [INotebookTracker, IConsoleTracker, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    manager: IClusterManager,
    selection: ISelection,
    translator: ITranslator,
    notebooks: INotebookTracker | null,
    consoles: IConsoleTracker | null,
    palette: ICommandPalette | null
  ) => {
    const trans = translator.load('jupyter_dask_slurm');
    addSnippetCommands(app, { manager, selection, trans, notebooks, consoles });
    palette?.addItem({ command: CommandIDs.insertClient, category: trans.__('Dask on Slurm') });
  }
};
