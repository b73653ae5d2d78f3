import type { ISessionContext } from '@jupyterlab/apputils';
import type { Cell, CodeCell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import type { PanelLayout } from '@lumino/widgets';

import type { ClusterClient } from '../../api/client';
import type { Cluster, Progress } from '../../api/contract';
import { asRequestError, RequestError } from '../../api/requestError';
import { Pace } from './pace';
import { IPageNote, pageNote } from './pageNote';
import { ProgressBar } from './progressBar';

/** How often it is asked while a cell has tasks; of shorter cells nobody sees anything. */
const PAUSE_MS = 1000;

/** So rarely while a cell has none (most have nothing to do with Dask), or nobody answers. */
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
  readonly clusters: () => readonly Cluster[];
  readonly isWanted: () => boolean;
  readonly trans: TranslationBundle;
}

/** A cell that runs. */
interface IRun {
  readonly message: string;
  readonly cell: Cell;
  readonly began: number;
  /** After so many milliseconds it is asked for next. */
  pause: number;
  /** The client that it has made, of which the notebook's link learns when it has ended. */
  made: IPageNote | null;
  shown: IShown | null;
}

/** What is shown of the tasks of one client; the bar is null as long as the cell cannot hold it. */
interface IShown {
  readonly clientId: string;
  readonly pace: Pace;
  bar: ProgressBar | null;
}

/** What was told of a cell's tasks, and of whose. */
interface ITold {
  readonly attached: Cluster;
  readonly clientId: string;
  readonly progress: Progress;
}

/**
 * Shows under the running cell of a notebook how far the tasks are that its client, or one that the cell has made, has asked
 * for since the cell began. The kernel says which cell that is; nothing is asked while none runs, and nothing of it is in the
 * notebook's file.
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
    } else if (this._run && about === this._run.message) {
      this._heed(message, this._run);
    }
  }

  private _heed(message: KernelMessage.IMessage, run: IRun): void {
    const { execution_state } = message.content as Partial<KernelMessage.IStatusMsg['content']>;
    const made = pageNote(message);
    if (message.header.msg_type === 'status' && execution_state === 'idle') {
      this._end();
    } else if (made) {
      run.made = made;
      run.pause = PAUSE_MS;
      this._askLater(run);
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
      this._run = {
        message,
        cell,
        began: performance.now(),
        pause: PAUSE_MS,
        made: null,
        shown: null
      };
      this._askLater(this._run);
    }
  }

  private _end(): void {
    clearTimeout(this._timer);
    this._run?.shown?.bar?.dispose();
    this._run = null;
  }

  private _askLater(run: IRun): void {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => void this._look(run), run.pause);
  }

  private async _look(run: IRun): Promise<void> {
    run.pause = Math.min(2 * run.pause, LONGEST_PAUSE_MS);
    if (!document.hidden) {
      const told = await this._told(run);
      if (this._run !== run || run.cell.isDisposed) {
        return;
      }
      if (told === 'never') {
        this._end();
        return;
      }
      if (this._show(told, run)) {
        run.pause = PAUSE_MS;
      }
    }
    this._askLater(run);
  }

  /**
   * Ask each client in turn; one that cannot be asked keeps nobody from asking the others.
   *
   * @returns how far the tasks of a cell are, of the first client that has some; null where nothing is known of any client,
   * 'never' where none will ever answer: there is no such cluster, or a Jupyter of before that cannot tell.
   */
  private async _told(run: IRun): Promise<ITold | 'never' | null> {
    const clients = this._clients(run);
    let told: ITold | null = null;
    let refused = 0;
    for (const { attached, clientId } of clients) {
      const within = Math.round(performance.now() - run.began) + ON_ITS_WAY_MS;
      const progress = await this._parts.client.progress(attached.id, clientId, within).catch(asRequestError);
      if (progress instanceof RequestError) {
        refused += progress.status === 404 ? 1 : 0;
        continue;
      }
      told = { attached, clientId, progress };
      if (progress.tasks > 0) {
        break;
      }
    }
    return refused > 0 && refused === clients.length ? 'never' : told;
  }

  /** @returns for whose tasks a cell may wait: for those of the client that it has made, and of the notebook's. */
  private _clients({ made }: IRun): Pick<ITold, 'attached' | 'clientId'>[] {
    const { attached, clientId } = this._link;
    const itsOwn = made && this._parts.clusters().find(({ id }) => id === made.cluster);
    return [
      ...(itsOwn ? [{ attached: itsOwn, clientId: made.client }] : []),
      ...(attached && clientId !== undefined && clientId !== made?.client ? [{ attached, clientId }] : [])
    ];
  }

  /**
   * Show how far they are. Where that is not known, what was known before is of a former time.
   *
   * @returns whether there is something to show, now or as soon as the cell can hold it.
   */
  private _show(told: ITold | null, run: IRun): boolean {
    if (told === null || (told.progress.tasks > 0 && told.clientId !== run.shown?.clientId)) {
      run.shown?.bar?.dispose();
      run.shown = told && { clientId: told.clientId, pace: new Pace(), bar: null };
    }
    if (told === null || run.shown === null || told.progress.tasks === 0) {
      return run.shown !== null;
    }
    const { attached, progress } = told;
    // A cell that was not in sight yet has no parts: they would come below the bar.
    if (!run.cell.isPlaceholder()) {
      run.shown.bar ??= this._newBar(run.cell, attached);
    }
    const ended = progress.done + progress.failed;
    const secondsLeft = run.shown.pace.secondsLeft(performance.now(), ended, progress.tasks - ended);
    run.shown.bar?.tell(progress, secondsLeft);
    return true;
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
