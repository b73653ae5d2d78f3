import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ICell, ICodeCell } from '@jupyterlab/nbformat';
import { NotebookActions, NotebookPanel } from '@jupyterlab/notebook';
import type { PartialJSONObject, ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { Cluster } from '../api/contract';
import { NOTEBOOK_KEY, recipeOf } from '../model/recipe';
import { isAlive } from '../model/status';
import type { IClusterManager } from '../tokens';

/** A cell that connects, in a notebook of ours: by our package, or where a kernel has not got that by Dask's. */
function connects(type: string, source: string): boolean {
  return type === 'code' && /\b(connect|Client)\(/.test(source);
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
    await contents.save(path, { type: 'notebook', format: 'json', content });
    await this.open(path, cluster);
  }

  /**
   * @returns a notebook for the kernel of a cluster: what connects to any is code that connects to it, and it connects
   * by itself where none of its cells can be run from here.
   */
  async prepare(content: ReadonlyPartialJSONObject, cluster: Cluster): Promise<PartialJSONObject> {
    const { id, name, environment } = cluster;
    const { kernel } = environment;
    const code = (await this._manager.client.snippet(id, 'connect')).code.trimEnd();
    const cells = (content.cells as ICell[]).map(cell =>
      connects(cell.cell_type, [cell.source].flat().join('')) ? { ...cell, source: code } : cell
    );
    const metadata = {
      ...(content.metadata as PartialJSONObject),
      ...(kernel !== null && { kernelspec: { name: kernel, display_name: kernel, language: 'python' } }),
      [NOTEBOOK_KEY]: { ...(this._elsewhere && { cluster: id, name, auto: true }), recipe: recipeOf(cluster) }
    };
    return { ...(content as PartialJSONObject), metadata, cells };
  }

  /**
   * Open a notebook, and run its cell that connects as soon as its kernel and the cluster are there.
   *
   * @param cluster - the one that is meant; without it the first that can be connected to.
   */
  async open(path: string, cluster?: Cluster): Promise<void> {
    const args = { path, factory: 'Notebook' };
    const panel = (await this._app.commands.execute('docmanager:open', args)) as unknown;
    if (!(panel instanceof NotebookPanel)) {
      return;
    }
    await panel.context.ready;
    const { content, sessionContext } = panel;
    const cell = content.widgets.find(({ model }) => connects(model.type, sourceOf(model)));
    const code = cell && sourceOf(cell.model);
    await sessionContext.ready;
    await this._connectable(panel, cluster);
    // Meanwhile its user may have gone on: there, or in another notebook.
    const isTyping = content.mode === 'edit' && content.activeCell !== cell;
    const isThere = cell && !cell.isDisposed && sourceOf(cell.model) === code && !isRun(cell.model);
    if (isThere && !isTyping && sessionContext.session) {
      await runCell(panel, content.widgets.indexOf(cell));
    }
  }

  /** Resolves when the cluster, or any, can be connected to; never where the notebook is closed before. */
  private _connectable(panel: NotebookPanel, meant?: Cluster): Promise<void> {
    const { changed } = this._manager;
    return new Promise(resolve => {
      const leave = () => void changed.disconnect(look);
      const look = () => {
        const clusters = this._manager.clusters.filter(({ id }) => id === (meant?.id ?? id));
        if (clusters.some(cluster => isAlive(cluster) && cluster.scheduler_address !== null)) {
          leave();
          resolve();
        }
      };
      changed.connect(look);
      panel.disposed.connect(leave);
      look();
    });
  }
}

type CellModel = NotebookPanel['content']['widgets'][number]['model'];

function sourceOf({ sharedModel }: CellModel): string {
  return sharedModel.getSource();
}

function isRun({ sharedModel }: CellModel): boolean {
  return typeof (sharedModel.toJSON() as Partial<ICodeCell>).execution_count === 'number';
}

/** Run a cell; its user stays where they are, or gets a cell to go on in. */
async function runCell({ content, sessionContext }: NotebookPanel, index: number): Promise<void> {
  const before = content.activeCellIndex;
  content.activeCellIndex = index;
  if (content.widgets.length === 1) {
    await NotebookActions.runAndInsert(content, sessionContext);
  } else {
    const running = NotebookActions.run(content, sessionContext);
    content.activeCellIndex = before;
    await running;
  }
}
