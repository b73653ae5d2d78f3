import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { CodeConsole, IConsoleTracker } from '@jupyterlab/console';
import type { INotebookTracker, Notebook } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { Cluster } from '../api/contract';
import type { IClusterManager, ISelection } from '../tokens';

/** What the commands about client code work with. */
export interface ISnippetCommands {
  readonly manager: IClusterManager;
  readonly selection: ISelection;
  readonly trans: TranslationBundle;
  readonly notebooks: INotebookTracker | null;
  readonly consoles: IConsoleTracker | null;
  /** Opens a new notebook that connects to a cluster. */
  readonly openNotebook: (cluster: Cluster) => Promise<void>;
}

/**
 * Put code that connects to a cluster to where the user works. Where nothing is open that takes code, a new
 * notebook is opened.
 */
export async function insertConnecting(
  app: JupyterFrontEnd,
  parts: ISnippetCommands,
  cluster: Cluster
): Promise<void> {
  const { manager, notebooks, consoles, openNotebook } = parts;
  const read = async () => (await manager.client.snippet(cluster.id, 'connect')).code.trimEnd();
  const current = app.shell.currentWidget;
  const console = consoles?.find(panel => panel === current);
  const notebook = notebooks?.find(panel => panel === current) ?? notebooks?.currentWidget;
  if (console) {
    insertIntoConsole(console.console, await read());
  } else if (notebook) {
    const code = await read();
    // What a notebook is given before it has been read, reading takes away again.
    await notebook.context.ready;
    insertIntoNotebook(notebook.content, code);
    app.shell.activateById(notebook.id);
  } else {
    await openNotebook(cluster);
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
