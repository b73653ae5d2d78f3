import { EventManager, ServerConnection } from '@jupyterlab/services';
import type { Event } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { ISignal, Signal } from '@lumino/signaling';

import { clusterEvent, ClusterEvent } from './atStart';

const SCHEMA = 'https://schema.jupyter.org/jupyter_dask_slurm/cluster/v1';

/**
 * The clusters' events, and when their socket opened.
 *
 * Events sent while the socket was down are lost, so whoever keeps a model has to ask again each
 * time it opens. Jupyter's shared event manager does not tell that, therefore we have one of our
 * own; reconnecting with back-off is still Jupyter's.
 */
export class ClusterEvents implements IDisposable {
  /**
   * @param language - of JupyterLab; English where the server tells none else.
   */
  constructor(
    settings: ServerConnection.ISettings,
    private readonly _language = 'en'
  ) {
    const serverSettings = { ...settings, WebSocket: watchedSocket(settings.WebSocket, this) };
    this._events = new EventManager({ serverSettings });
    this._events.stream.connect(this._onEmission, this);
  }

  /** Emits each time that the socket has opened (true) or was lost (false). */
  get connectionChanged(): ISignal<this, boolean> {
    return this._connectionChanged;
  }

  get clusterChanged(): ISignal<this, ClusterEvent> {
    return this._clusterChanged;
  }

  get isDisposed(): boolean {
    return this._events.isDisposed;
  }

  dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._events.dispose();
    Signal.clearData(this);
  }

  /** Called by the socket. */
  report(connected: boolean): void {
    this._connectionChanged.emit(connected);
  }

  private _onEmission(_: Event.IManager, emission: Event.Emission): void {
    if (emission.schema_id === SCHEMA) {
      const event = clusterEvent(emission);
      const cluster = event.translations[this._language.replace('-', '_')] ?? event.cluster;
      this._clusterChanged.emit({ ...event, cluster });
    }
  }

  private readonly _events: EventManager;
  private readonly _connectionChanged = new Signal<this, boolean>(this);
  private readonly _clusterChanged = new Signal<this, ClusterEvent>(this);
}

function watchedSocket(base: typeof WebSocket, events: ClusterEvents): typeof WebSocket {
  return class extends base {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      this.addEventListener('open', () => events.report(true));
      this.addEventListener('close', () => events.report(false));
    }
  };
}
