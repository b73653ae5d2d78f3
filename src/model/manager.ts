import { JSONExt, ReadonlyJSONObject, ReadonlyJSONValue } from '@lumino/coreutils';
import { DisposableDelegate, IDisposable } from '@lumino/disposable';
import { IPoll, Poll } from '@lumino/polling';
import { ISignal, Signal } from '@lumino/signaling';

import type { ClusterClient, IClusterChange, IClusterRequest } from '../api/client';
import type { Cluster, ClusterEvent } from '../api/contract';
import type { ClusterEvents } from '../api/events';
import type { IClusterManager } from '../tokens';

/** How often the whole list is asked for while somebody looks, in case an event was lost. */
const SAFETY_POLL_MS = 5 * 60 * 1000;
/**
 * How soon the list is asked for again where that failed, and how long an answer may take before it is asked for once
 * more, for a request can be lost without a word; both later and later.
 */
const PAUSES_MS = { failed: 2000, silent: 5000 };

/** Keeps the list of clusters by events, with a slow safety poll; see `IClusterManager`. */
export class ClusterManager implements IClusterManager, IDisposable {
  /**
   * @param client - speaks to the server.
   * @param openEvents - opens the event socket; called when somebody first listens.
   * @param _pausesMs - before the list is asked for again.
   */
  constructor(
    readonly client: ClusterClient,
    private readonly _openEvents: () => ClusterEvents,
    private readonly _pausesMs = PAUSES_MS
  ) {
    this._poll = new Poll({
      auto: false,
      factory: () => this._load(),
      frequency: every(SAFETY_POLL_MS),
      standby: () => (this._watchers === 0 && !this._stale ? true : 'when-hidden')
    });
  }

  get clusters(): readonly Cluster[] {
    return this._clusters;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get connection(): IClusterManager['connection'] {
    return this._connection;
  }

  get error(): string | null {
    return this._error;
  }

  get isDisposed(): boolean {
    return this._poll.isDisposed;
  }

  dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._poll.dispose();
    this._events?.dispose();
    Signal.clearData(this);
  }

  get(id: string): Cluster | undefined {
    return this._clusters.find(cluster => cluster.id === id);
  }

  listen(): void {
    if (!this._events) {
      this._events = this._openEvents();
      this._events.connectionChanged.connect(this._onConnection, this);
      this._events.clusterChanged.connect(this._onEvent, this);
      void this._poll.start();
    }
  }

  watch(): IDisposable {
    this._watchers += 1;
    this.listen();
    return new DisposableDelegate(() => {
      this._watchers -= 1;
    });
  }

  async refresh(): Promise<void> {
    this._stale = true;
    await this._poll.refresh();
    await this._poll.tick;
  }

  async create(request: IClusterRequest): Promise<Cluster> {
    return this._take(await this.client.create(request));
  }

  async change(id: string, change: IClusterChange): Promise<Cluster> {
    return this._take(await this.client.change(id, change));
  }

  async resubmit(id: string, problem: string): Promise<Cluster> {
    return this._take(await this.client.resubmit(id, problem));
  }

  async remove(id: string): Promise<void> {
    const stopping = await this.client.remove(id);
    if (stopping) {
      this._take(stopping);
    } else {
      this._drop(id);
    }
  }

  async restart(id: string, options: ReadonlyJSONObject = {}): Promise<Cluster> {
    const cluster = await this.client.restart(id, options);
    this._drop(id);
    return this._take(cluster);
  }

  private async _load(): Promise<void> {
    try {
      this._asking ??= this._ask().finally(() => (this._asking = null));
      const clusters = await this._asking;
      this._error = null;
      this._connection = 'live';
      this._poll.frequency = every(SAFETY_POLL_MS);
      this._set(clusters);
    } catch (error) {
      this._poll.frequency = every(this._pausesMs.failed, 15 * this._pausesMs.failed);
      this._error = error instanceof Error ? error.message : String(error);
      this._stale = true;
      this._connection = 'lost';
      this._changed.emit();
      throw error;
    }
  }

  /**
   * The list as the server has it; of clusters of which something was heard meanwhile what was heard,
   * for an event may overtake the answer to an older question.
   */
  private async _ask(): Promise<readonly Cluster[]> {
    let answered: readonly Cluster[];
    do {
      this._stale = false;
      this._heard.clear();
      answered = await firstAnswer(() => this.client.list(), this._pausesMs.silent);
    } while (this._stale);
    return [
      ...answered.filter(({ id }) => !this._heard.has(id)),
      ...this._clusters.filter(({ id }) => this._heard.has(id))
    ];
  }

  private _onConnection(_: ClusterEvents, connected: boolean): void {
    if (connected) {
      this._stale = true;
      void this._poll.refresh();
    } else if (this._connection === 'live') {
      this._connection = 'lost';
      this._changed.emit();
    }
  }

  private _onEvent(_: ClusterEvents, event: ClusterEvent): void {
    if (event.action === 'removed' || !event.cluster) {
      this._drop(event.cluster_id);
    } else {
      this._take(event.cluster);
    }
  }

  /** An answer may arrive after an event that is newer; the newer one stays. */
  private _take(cluster: Cluster): Cluster {
    const known = this.get(cluster.id);
    if (!known || known.updated_at <= cluster.updated_at) {
      this._heard.add(cluster.id);
      this._set([...this._clusters.filter(other => other.id !== cluster.id), cluster]);
    }
    return cluster;
  }

  private _drop(id: string): void {
    this._heard.add(id);
    this._set(this._clusters.filter(cluster => cluster.id !== id));
  }

  private _set(clusters: readonly Cluster[]): void {
    const next = [...clusters].sort(newestFirst).map(cluster => keepIdentity(this.get(cluster.id), cluster));
    const same = next.length === this._clusters.length && next.every((c, i) => c === this._clusters[i]);
    this._clusters = same ? this._clusters : next;
    this._changed.emit();
  }

  private _clusters: readonly Cluster[] = [];
  private _connection: IClusterManager['connection'] = 'pending';
  private _error: string | null = null;
  private _events: ClusterEvents | null = null;
  private _asking: Promise<readonly Cluster[]> | null = null;
  private _watchers = 0;
  /** Ids of which something was heard since the list was last asked for. */
  private readonly _heard = new Set<string>();
  /** Whether the list has to be asked for although nobody watches. */
  private _stale = true;
  private readonly _poll: Poll<void>;
  private readonly _changed = new Signal<this, void>(this);
}

/** The poll's own pauses grow from the last one: without a bound of its own the first would be minutes. */
function every(interval: number, max = SAFETY_POLL_MS): IPoll.Frequency {
  return { interval, backoff: true, max };
}

/**
 * @returns the first answer. As long as none comes it is asked again, later and later; it fails where all that were
 * asked have.
 */
function firstAnswer<T>(ask: () => Promise<T>, patienceMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    let [open, timer] = [0, 0];
    const settle = (done: () => void) => {
      window.clearTimeout(timer);
      done();
    };
    const send = (nextMs: number) => {
      open += 1;
      timer = window.setTimeout(() => send(2 * nextMs), nextMs);
      ask().then(
        answer => settle(() => resolve(answer)),
        (error: Error) => (open -= 1) === 0 && settle(() => reject(error))
      );
    };
    send(patienceMs);
  });
}

function newestFirst(a: Cluster, b: Cluster): number {
  return b.created_at.localeCompare(a.created_at) || a.id.localeCompare(b.id);
}

function keepIdentity(old: Cluster | undefined, next: Cluster): Cluster {
  return old && JSONExt.deepEqual(old as ReadonlyJSONValue, next as ReadonlyJSONValue) ? old : next;
}
