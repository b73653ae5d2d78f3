import type { ISessionContext } from '@jupyterlab/apputils';
import type { Cell, CodeCell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { PanelLayout } from '@lumino/widgets';

import type { ClusterClient } from '../../api/client';
import type { Cluster } from '../../api/contract';
import { Pace } from './pace';
import { ProgressBar } from './progressBar';

/** How often it is asked while a cell has tasks; of shorter cells nobody sees anything. */
const PAUSE_MS = 1000;

/** So rarely while a cell has none: most have nothing to do with Dask. */
const LONGEST_PAUSE_MS = 10_000;

/** A question travels, and what a cell asks for first came before it. */
const ON_ITS_WAY_MS = 250;

/** Whose tasks are shown. */
export interface ITasksOf {
  readonly attached: Cluster | undefined;
  /** The id of the client that asks for them. */
  readonly clientId: string | undefined;
}

/** What is needed besides the notebook. */
export interface IProgressParts {
  readonly client: Pick<ClusterClient, 'progress'>;
  readonly isWanted: () => boolean;
  readonly trans: TranslationBundle;
}

/** A cell that runs. */
interface IRun {
  readonly message: string;
  readonly cell: Cell;
  readonly began: number;
  readonly pace: Pace;
  bar: ProgressBar | null;
}

/**
 * Shows under the running cell of a notebook how far the tasks are that its client has asked for since the cell began. The
 * kernel says which cell that is; nothing is asked while none runs, and nothing of it is in the notebook's file.
 */
export class CellProgress implements IDisposable {
  constructor(
    private readonly _panel: NotebookPanel,
    private readonly _link: ITasksOf,
    private readonly _parts: IProgressParts
  ) {
    const { sessionContext } = _panel;
    sessionContext.iopubMessage.connect(this._onMessage, this);
    sessionContext.statusChanged.connect(this._onStatus, this);
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this._end();
    Signal.clearData(this);
  }

  private _onMessage(_: ISessionContext, message: KernelMessage.IMessage): void {
    const about = (message.parent_header as { msg_id?: string }).msg_id ?? '';
    const { msg_type } = message.header;
    if (msg_type === 'execute_input') {
      this._begin(about);
    } else if (msg_type === 'status' && about === this._run?.message) {
      const { execution_state } = message.content as KernelMessage.IStatusMsg['content'];
      if (execution_state === 'idle') {
        this._end();
      }
    }
  }

  private _onStatus(_: ISessionContext, status: Kernel.Status): void {
    if (['restarting', 'autorestarting', 'dead'].includes(status)) {
      this._end();
    }
  }

  private _begin(message: string): void {
    this._end();
    const cell = this._parts.isWanted() && this._panel.content.widgets.find(cell => runs(cell, message));
    if (cell) {
      this._run = { message, cell, began: performance.now(), pace: new Pace(), bar: null };
      this._askAfter(PAUSE_MS, this._run);
    }
  }

  private _end(): void {
    clearTimeout(this._timer);
    this._run?.bar?.dispose();
    this._run = null;
  }

  private _askAfter(pause: number, run: IRun): void {
    this._timer = setTimeout(() => void this._look(pause, run), pause);
  }

  private async _look(pause: number, run: IRun): Promise<void> {
    const { attached, clientId } = this._link;
    const seen = !document.hidden && attached && clientId;
    const within = Math.round(performance.now() - run.began) + ON_ITS_WAY_MS;
    const told = seen && (await this._parts.client.progress(attached.id, clientId, within).catch(() => null));
    // A controller that cannot tell is not asked again for this cell.
    if (this._run !== run || told === null || run.cell.isDisposed) {
      return;
    }
    if (told && told.tasks > 0) {
      run.bar ??= this._newBar(run.cell, attached);
      const ended = told.done + told.failed;
      run.bar.tell(told, run.pace.secondsLeft(performance.now(), ended, told.tasks - ended));
    }
    this._askAfter(run.bar ? PAUSE_MS : Math.min(2 * pause, LONGEST_PAUSE_MS), run);
  }

  private _newBar(cell: Cell, { name }: Cluster): ProgressBar {
    const bar = new ProgressBar(name, this._parts.trans);
    (cell.layout as PanelLayout).addWidget(bar);
    return bar;
  }

  private _run: IRun | null = null;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _isDisposed = false;
}

/** @returns whether a message to the kernel was that with which this cell is run. */
function runs(cell: Cell, message: string): boolean {
  const { outputArea } = cell as CodeCell;
  const future = outputArea?.future as CodeCell['outputArea']['future'] | undefined;
  return future?.msg.header.msg_id === message;
}
