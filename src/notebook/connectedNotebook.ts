import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ICell, ICodeCell } from '@jupyterlab/nbformat';
import { NotebookActions, NotebookPanel } from '@jupyterlab/notebook';
import type { PartialJSONObject, ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { Cluster } from '../api/contract';
import { attempt } from '../commands/attempt';
import { NOTEBOOK_KEY, recipeOf } from '../model/recipe';
import { isAlive } from '../model/status';
import type { IClusterManager } from '../tokens';

/** A cell that connects, in a notebook of ours: by our package, or where a kernel has not got that by Dask's. */
function connects(cell: ICell): boolean {
  return cell.cell_type === 'code' && /\b(connect|Client)\(/.test(sourceIn(cell));
}

function cellsOf(content: ReadonlyPartialJSONObject): ICell[] {
  return content.cells as ICell[];
}

function sourceIn({ source }: ICell): string {
  return [source].flat().join('');
}

/** Opens notebooks that connect by themselves: new ones, and the examples. */
export class NotebookOpener {
  /** @param _elsewhere - whether notebooks open in pages of their own, which nothing here reaches. */
  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _manager: IClusterManager,
    private readonly _elsewhere: boolean
  ) {}

  /** Open a new notebook in the kernel of a cluster, whose first cell connects to it. */
  async openNew(folder: string, cluster: Cluster): Promise<void> {
    const { contents } = this._app.serviceManager;
    const cell = { id: 'connect', cell_type: 'code', source: 'connect()', metadata: {}, outputs: [] };
    const cells = [{ ...cell, execution_count: null }];
    const content = await this.prepare({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }, cluster);
    const { path } = await contents.newUntitled({ path: folder, type: 'notebook' });
    try {
      await contents.save(path, { type: 'notebook', format: 'json', content });
    } catch (error) {
      // What could not be written leaves no empty notebook; why it could not is what the user is told.
      await contents.delete(path).catch(() => undefined);
      throw error;
    }
    await this.open(path, content, cluster);
  }

  /**
   * @returns a notebook for the kernel of a cluster: what connects to any is code that connects to it, and it connects
   * by itself where none of its cells can be run from here.
   */
  async prepare(content: ReadonlyPartialJSONObject, cluster: Cluster): Promise<PartialJSONObject> {
    const { id, name, environment } = cluster;
    const { kernel } = environment;
    const code = (await this._manager.client.snippet(id, 'connect')).code.trimEnd();
    const cells = cellsOf(content).map(cell => (connects(cell) ? { ...cell, source: code } : cell));
    const metadata = {
      ...(content.metadata as PartialJSONObject),
      ...(kernel !== null && { kernelspec: { name: kernel, display_name: kernel, language: 'python' } }),
      [NOTEBOOK_KEY]: { ...(this._elsewhere && { cluster: id, name, auto: true }), recipe: recipeOf(cluster) }
    };
    return { ...(content as PartialJSONObject), metadata, cells };
  }

  /**
   * Open a notebook, and run its cell that connects as soon as its kernel and the cluster are there; that is not
   * waited for.
   *
   * @param content - what we have written, or would have: nothing else is run, whatever the file has.
   * @param cluster - the one that is meant; without it the first that can be connected to.
   */
  async open(path: string, content: ReadonlyPartialJSONObject, cluster?: Cluster): Promise<void> {
    const args = { path, factory: 'Notebook' };
    const panel = (await this._app.commands.execute('docmanager:open', args)) as unknown;
    const ours = cellsOf(content).find(connects);
    if (panel instanceof NotebookPanel && ours) {
      void attempt(() => this._connect(panel, sourceIn(ours), cluster));
    }
  }

  private async _connect(panel: NotebookPanel, code: string, cluster?: Cluster): Promise<void> {
    const { content, context, sessionContext } = panel;
    await context.ready;
    const cell = content.widgets.find(({ model }) => model.type === 'code' && sourceOf(model) === code);
    await sessionContext.ready;
    if (!cell || !(await this._connectable(panel, cluster)) || cell.isDisposed) {
      return;
    }
    // Meanwhile its user may have gone on: there, or in another notebook.
    const isTyping = content.mode === 'edit' && content.activeCell !== cell;
    const isAsWritten = sourceOf(cell.model) === code && !isRun(cell.model);
    if (isAsWritten && !isTyping && sessionContext.session) {
      await runCell(panel, cell);
    }
  }

  /** @returns whether the cluster, or any, can be connected to: once it can, or once it or the notebook is gone. */
  private _connectable(panel: NotebookPanel, meant?: Cluster): Promise<boolean> {
    const { changed } = this._manager;
    return new Promise(resolve => {
      const settle = (isConnectable: boolean) => {
        changed.disconnect(look);
        panel.disposed.disconnect(leave);
        resolve(isConnectable);
      };
      const leave = () => settle(false);
      const look = () => {
        const clusters = this._manager.clusters.filter(({ id }) => id === (meant?.id ?? id));
        if (clusters.some(cluster => isAlive(cluster) && cluster.scheduler_address !== null)) {
          settle(true);
        } else if (panel.isDisposed || (meant && !clusters.some(isAlive))) {
          settle(false);
        }
      };
      changed.connect(look);
      panel.disposed.connect(leave);
      look();
    });
  }
}

type Cell = NotebookPanel['content']['widgets'][number];

function sourceOf({ sharedModel }: Cell['model']): string {
  return sharedModel.getSource();
}

function isRun({ sharedModel }: Cell['model']): boolean {
  return typeof (sharedModel.toJSON() as Partial<ICodeCell>).execution_count === 'number';
}

/** Run a cell and no other that is selected; its user stays where they are, or gets a cell to go on in. */
async function runCell({ content, sessionContext }: NotebookPanel, cell: Cell): Promise<void> {
  const before = content.activeCellIndex;
  content.deselectAll();
  content.activeCellIndex = content.widgets.indexOf(cell);
  if (content.widgets.length === 1) {
    await NotebookActions.runAndInsert(content, sessionContext);
  } else {
    const running = NotebookActions.run(content, sessionContext);
    content.activeCellIndex = before;
    await running;
  }
}
