import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ILabShell } from '@jupyterlab/application';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import { ITranslator } from '@jupyterlab/translation';
import { notebookIcon } from '@jupyterlab/ui-components';
import type { ReadonlyJSONObject } from '@lumino/coreutils';

import type { Cluster } from '../api/contract';
import { CommandIDs } from '../commandIds';
import { described } from '../commands/args';
import { attempt } from '../commands/attempt';
import { listExamples } from '../examples/exampleList';
import { isAlive } from '../model/status';
import { IClusterManager, ISelection } from '../tokens';

/** Example notebooks, opened as copies in the user's folder. */
export const examplesPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-dask-slurm:examples',
  description: 'Opens example notebooks that compute on a Dask cluster.',
  autoStart: true,
  requires: [IClusterManager, ISelection, ITranslator],
  optional: [IDefaultFileBrowser, ILauncher, ILabShell],
  activate: (
    app: JupyterFrontEnd,
    manager: IClusterManager,
    selection: ISelection,
    translator: ITranslator,
    browser: IDefaultFileBrowser | null,
    launcher: ILauncher | null,
    labShell: ILabShell | null
  ) => {
    const trans = translator.load('jupyter_dask_slurm');
    const examples = listExamples(trans);
    const command = CommandIDs.openExample;
    app.commands.addCommand(command, {
      label: args => examples.find(({ name }) => name === args.example)?.title ?? trans.__('Open Example'),
      caption: trans.__('Open a copy of an example notebook that computes on a Dask cluster'),
      icon: notebookIcon,
      describedBy: described({ example: { type: 'string', enum: examples.map(({ name }) => name) } }),
      execute: async args => {
        const { contents } = app.serviceManager;
        const name = examples.find(({ name }) => name === args.example)?.name ?? examples[0].name;
        await attempt(async () => {
          const { copyExample } = await import('../examples/copyExample');
          const { NotebookOpener } = await import('../notebook/connectedNotebook');
          const opener = new NotebookOpener(app, manager, labShell === null);
          const cluster = clusterFor(manager, selection);
          const folder = browser?.model.path ?? '';
          const prepare = cluster && ((content: ReadonlyJSONObject) => opener.prepare(content, cluster));
          const { path, content } = await copyExample(manager.client, contents, folder, name, prepare);
          await opener.open(path, content, cluster);
        });
      }
    });
    examples.forEach(({ name }, index) => {
      launcher?.add({
        command,
        category: trans.__('Dask on Slurm'),
        args: { example: name },
        rank: 2 + index
      });
    });
  }
};

/** @returns the cluster that an example is to run on: the selected one, else any that lives. */
function clusterFor(manager: IClusterManager, { current }: ISelection): Cluster | undefined {
  const alive = manager.clusters.filter(isAlive);
  return alive.find(({ id }) => id === current) ?? alive[0];
}
