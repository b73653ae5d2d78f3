import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import { ITranslator } from '@jupyterlab/translation';
import { notebookIcon } from '@jupyterlab/ui-components';

import { CommandIDs } from '../commandIds';
import { described } from '../commands/args';
import { attempt } from '../commands/attempt';
import { listExamples } from '../examples/exampleList';
import { IClusterManager } from '../tokens';

/** Example notebooks, opened as copies in the user's folder. */
export const examplesPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-dask-slurm:examples',
  description: 'Opens example notebooks that compute on a Dask cluster.',
  autoStart: true,
  requires: [IClusterManager, IDocumentManager, ITranslator],
  optional: [IDefaultFileBrowser, ILauncher],
  activate: (
    app: JupyterFrontEnd,
    manager: IClusterManager,
    documents: IDocumentManager,
    translator: ITranslator,
    browser: IDefaultFileBrowser | null,
    launcher: ILauncher | null
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
          documents.openOrReveal(
            await copyExample(manager.client, contents, browser?.model.path ?? '', name)
          );
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
