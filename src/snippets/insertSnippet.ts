import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Clipboard, Notification } from '@jupyterlab/apputils';
import type { CodeConsole, IConsoleTracker } from '@jupyterlab/console';
import { INotebookTracker, Notebook, NotebookActions, NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';

import type { Cluster } from '../api/contract';
import { attempt } from '../commands/attempt';
import { NOTEBOOK_KEY, recipeOf } from '../model/recipe';
import type { IClusterManager, ISelection } from '../tokens';

/** What the commands about client code work with. */
export interface ISnippetCommands {
  readonly manager: IClusterManager;
  readonly selection: ISelection;
  readonly trans: TranslationBundle;
  readonly notebooks: INotebookTracker | null;
  readonly consoles: IConsoleTracker | null;
}

/**
 * Put code that connects to a cluster to where the user works. Where nothing is open that takes code, it goes
 * to the clipboard, and the user is told.
 */
export async function insertConnecting(
  app: JupyterFrontEnd,
  parts: ISnippetCommands,
  cluster: Cluster
): Promise<void> {
  const { manager, notebooks, consoles, trans } = parts;
  const code = (await manager.client.snippet(cluster.id, 'connect')).code.trimEnd();
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
      autoClose: 15_000,
      actions: [
        {
          label: trans.__('New notebook on "%1"', cluster.name),
          displayType: 'accent',
          callback: () => void attempt(() => newNotebook(app.commands, cluster, code))
        }
      ]
    });
  }
}

/**
 * Open a notebook in the kernel of a cluster, whose first cell connects to it: at once, where it can be connected to.
 * It says how a cluster like this one is made.
 */
async function newNotebook(commands: CommandRegistry, cluster: Cluster, code: string): Promise<void> {
  const { kernel } = cluster.environment;
  const args = kernel === null ? {} : { kernelName: kernel };
  const panel = (await commands.execute('notebook:create-new', args)) as NotebookPanel | undefined;
  // Where it asks for a kernel, a user may give up.
  await panel?.context.ready;
  const cell = panel?.content.activeCell;
  cell?.model.sharedModel.setSource(code);
  panel?.content.model?.setMetadata(NOTEBOOK_KEY, { recipe: recipeOf(cluster) });
  await panel?.sessionContext.ready;
  // Meanwhile its user may have gone on: there, or in another notebook.
  const isUntouched = cell?.model.sharedModel.getSource() === code && panel?.content.activeCell === cell;
  if (panel?.sessionContext.session && cluster.scheduler_address !== null && isUntouched) {
    await NotebookActions.runAndInsert(panel.content, panel.sessionContext);
  }
}

/** Put code into a new cell below the active one; an undo takes it away again. */
function insertIntoNotebook(notebook: Notebook, code: string): void {
  const model = notebook.model;
  if (!model) {
    return;
  }
  const index = model.cells.length === 0 ? 0 : notebook.activeCellIndex + 1;
  const cell = { cell_type: 'code', source: code, metadata: {} };
  model.sharedModel.insertCell(index, cell);
  notebook.deselectAll();
  notebook.activeCellIndex = index;
  void notebook.scrollToItem(index, 'smart');
}

/** Put code at the end of a console's prompt; what stands there already stays. */
function insertIntoConsole(console: CodeConsole, code: string): void {
  const prompt = console.promptCell?.model.sharedModel;
  if (prompt) {
    const typed = prompt.getSource().trimEnd();
    prompt.setSource(typed ? `${typed}\n${code}` : code);
    console.promptCell?.editor?.focus();
  }
}
