import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Clipboard, Notification } from '@jupyterlab/apputils';
import type { IConsoleTracker } from '@jupyterlab/console';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';

import { CommandIDs } from '../commandIds';
import { aboutCluster, namedCluster } from '../commands/args';
import { attempt } from '../commands/attempt';
import { insertIcon } from '../icons';
import { hasEnded } from '../model/status';
import type { IClusterManager, ISelection } from '../tokens';
import { insertIntoConsole, insertIntoNotebook } from './insertSnippet';

/** What the commands about client code work with. */
export interface ISnippetCommands {
  readonly manager: IClusterManager;
  readonly selection: ISelection;
  readonly trans: TranslationBundle;
  readonly notebooks: INotebookTracker | null;
  readonly consoles: IConsoleTracker | null;
}

/** Register what brings client code to where the user works. */
export function addSnippetCommands(app: JupyterFrontEnd, parts: ISnippetCommands): void {
  const { manager, selection, trans } = parts;
  app.commands.addCommand(CommandIDs.insertClient, {
    label: trans.__('Insert Connecting Cell'),
    caption: trans.__('Insert a cell that connects to the selected Dask cluster'),
    icon: insertIcon,
    describedBy: aboutCluster(),
    isEnabled: args => {
      const cluster = namedCluster(args, manager, selection);
      return cluster !== undefined && !hasEnded(cluster);
    },
    execute: async args => {
      const cluster = namedCluster(args, manager, selection);
      if (cluster) {
        await attempt(async () => {
          const { code } = await manager.client.snippet(cluster.id, 'connect');
          insert(app, parts, code.trimEnd());
        });
      }
    }
  });
}

/** Where nothing is open that takes code, it goes to the clipboard, and the user is told. */
function insert(app: JupyterFrontEnd, parts: ISnippetCommands, code: string): void {
  const { notebooks, consoles, trans } = parts;
  const current = app.shell.currentWidget;
  const console = consoles?.find(panel => panel === current);
  const notebook = notebooks?.find(panel => panel === current) ?? notebooks?.currentWidget;
  if (console) {
    insertIntoConsole(console.console, code);
  } else if (notebook) {
    insertIntoNotebook(notebook.content, code);
    app.shell.activateById(notebook.id);
  } else {
    Clipboard.copyToSystem(code);
    Notification.info(trans.__('No notebook or console is open: the code is on the clipboard.'), {
      autoClose: 5000
    });
  }
}
