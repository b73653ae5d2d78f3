import type { CodeConsole } from '@jupyterlab/console';
import type { Notebook } from '@jupyterlab/notebook';

/** Put code into a new cell below the active one; an undo takes it away again. */
export function insertIntoNotebook(notebook: Notebook, code: string): void {
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
export function insertIntoConsole(console: CodeConsole, code: string): void {
  const prompt = console.promptCell?.model.sharedModel;
  if (prompt) {
    const typed = prompt.getSource().trimEnd();
    prompt.setSource(typed ? `${typed}\n${code}` : code);
    console.promptCell?.editor?.focus();
  }
}
