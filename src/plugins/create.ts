import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ILabShell } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, TranslationBundle } from '@jupyterlab/translation';
import { addIcon } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { Cluster } from '../api/contract';
import { CommandIDs } from '../commandIds';
import { described, NEXT_OPTION, Properties } from '../commands/args';
import { addStartLast } from '../commands/startLast';
import { daskSlurmIcon } from '../icons';
import { readNextOption } from '../model/nextStart';
import { IClusterManager, ISelection } from '../tokens';

const FORM_ARGS: Properties = {
  like: { type: 'string', description: 'The id of a cluster to start again with changes' },
  recipe: { type: 'object', description: 'What the form begins with' },
  notebook: { type: 'string', description: 'The id of the tab of the notebook that is attached afterwards' },
  ...NEXT_OPTION
};

/** The form for a new cluster; its code is loaded when it is first opened. */
export const createPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-dask-slurm:create',
  description: 'Creates Dask clusters by a form.',
  autoStart: true,
  requires: [IClusterManager, ISelection, ITranslator],
  optional: [ILabShell, ICommandPalette, ILauncher, INotebookTracker, IStateDB],
  activate: (
    app: JupyterFrontEnd,
    manager: IClusterManager,
    selection: ISelection,
    translator: ITranslator,
    labShell: ILabShell | null,
    palette: ICommandPalette | null,
    launcher: ILauncher | null,
    notebooks: INotebookTracker | null,
    state: IStateDB | null
  ) => {
    const trans = translator.load('jupyter_dask_slurm');
    const command = CommandIDs.createCluster;
    const started = ({ id }: Cluster, notebook?: unknown) => {
      selection.select(id);
      void app.commands.execute(CommandIDs.openPanel);
      if (typeof notebook === 'string') {
        void app.commands.execute(CommandIDs.attachNotebook, { cluster: id, notebook });
      }
    };
    const keep = addStartLast(app.commands, { manager, trans, state, started });
    app.commands.addCommand(command, {
      label: args => labelOf(args, trans),
      caption: trans.__('Start a Dask cluster on Slurm or on this machine'),
      icon: args => (args.isToolbar ? addIcon : daskSlurmIcon),
      describedBy: described(FORM_ARGS),
      execute: async args => {
        const { LastChoices, openAsDialog, openAsTab } = await import('../create/openForm');
        const like = typeof args.like === 'string' ? args.like : undefined;
        const meant = notebooks?.find(({ id }) => id === args.notebook) ?? notebooks?.currentWidget;
        const kernel = kernelOf(meant);
        const next = readNextOption(args);
        const choices = new LastChoices(state);
        const mayRestart = (cluster: Cluster) => confirmNew(cluster, trans);
        const { recipe, notebook } = args;
        const options = { manager, trans, like, next, recipe, kernel, choices, mayRestart, onStarted: keep };
        const form = labShell ? openAsTab(app, options) : await openAsDialog(options);
        form?.done.connect((_, cluster) => void (cluster && started(cluster, notebook)));
      }
    });
    const category = trans.__('Dask on Slurm');
    palette?.addItem({ command, category });
    palette?.addItem({ command: CommandIDs.startLast, category });
    launcher?.add({ command, category, args: { isLauncher: true }, rank: 1 });
  }
};

/** @returns what the command is called beside the launcher's cards, below *New*, and by itself. */
function labelOf(args: ReadonlyPartialJSONObject, trans: TranslationBundle): string {
  if (args.isLauncher) {
    return trans.__('New cluster');
  }
  return args.isMenu ? trans.__('Dask Cluster') : trans.__('New Dask Cluster');
}

/** @returns whether a cluster is to start anew with what the form says. */
async function confirmNew(cluster: Cluster, trans: TranslationBundle): Promise<boolean> {
  const { confirmRestart } = await import('../commands/dialogs');
  return confirmRestart(cluster, trans, trans.__('It starts anew with the options of the form.'));
}

/** @returns the name of a notebook's kernel, or of the one that it is about to start. */
function kernelOf(notebook: NotebookPanel | null | undefined): string | undefined {
  const { session, kernelPreference } = notebook?.sessionContext ?? {};
  return session?.kernel?.name ?? kernelPreference?.name;
}
