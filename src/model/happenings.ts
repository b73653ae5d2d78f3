import type { IDisposable } from '@lumino/disposable';
import { ISignal, Signal } from '@lumino/signaling';

import type { Cluster } from '../api/contract';
import type { IClusterManager } from '../tokens';
import { isOutOfReach } from './status';

/** Before the end by walltime; a shorter life is told of at half of what is left of it. */
const BEFORE_END_MS = 15 * 60 * 1000;
/** Workers that are all away may come back: a client has restarted them, or the network was. */
const AWAY_MS = 30 * 1000;
/** The longest that a browser can wait for at once. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** What a user who looks elsewhere wants to hear of a cluster. */
export interface IHappening {
  /** `started`: its jobs waited, and the first of them works; `lost`: it has no workers any more; `ending`: soon. */
  readonly kind: 'started' | 'lost' | 'ending';
  readonly cluster: Cluster;
  /** When it ends, in milliseconds. */
  readonly end?: number;
}

/** What is known of a cluster since the page was loaded. */
interface IKnown {
  hasWaited: boolean;
  isStarted: boolean;
  /** It has, or had, workers of which it was not told that they are gone. */
  hasWorked: boolean;
  /** The end that is waited for, or was told. */
  end: number | null;
  awayTimer: number;
  endTimer: number;
}

/** Tells once each what happens to the clusters from now on; what was so before is no news. Asks the server nothing. */
export class Happenings implements IDisposable {
  constructor(private readonly _manager: IClusterManager) {
    _manager.changed.connect(this._look, this);
    this._look();
  }

  get happened(): ISignal<this, IHappening> {
    return this._happened;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    this._manager.changed.disconnect(this._look, this);
    this._known.forEach(forget);
    Signal.clearData(this);
  }

  private _look(): void {
    for (const cluster of this._manager.clusters) {
      const known = this._known.get(cluster.id) ?? { ...UNKNOWN, isStarted: cluster.jobs.working > 0 };
      this._known.set(cluster.id, known);
      this._lookAtWorkers(cluster, known);
      this._lookAtEnd(cluster, known);
    }
    for (const [id, known] of this._known) {
      if (!this._manager.get(id)) {
        forget(known);
        this._known.delete(id);
      }
    }
  }

  private _lookAtWorkers(cluster: Cluster, known: IKnown): void {
    const { jobs, status, waiting } = cluster;
    if (jobs.working > 0 && status === 'running') {
      if (known.hasWaited && !known.isStarted) {
        this._happened.emit({ kind: 'started', cluster });
      }
      known.isStarted = known.hasWorked = true;
      stopAway(known);
    } else if (status === 'failed' || status === 'lost') {
      this._tellLost(cluster, known);
    } else if (!isWithoutWorkers(cluster)) {
      stopAway(known);
    } else if (known.hasWorked && known.awayTimer === 0) {
      known.awayTimer = window.setTimeout(() => this._tellIfAway(cluster.id, known), AWAY_MS);
    }
    known.hasWaited ||= (jobs.queued > 0 || waiting !== null) && jobs.working === 0;
  }

  private _tellIfAway(id: string, known: IKnown): void {
    const cluster = this._manager.get(id);
    known.awayTimer = 0;
    if (cluster && isWithoutWorkers(cluster)) {
      this._tellLost(cluster, known);
    }
  }

  private _tellLost(cluster: Cluster, known: IKnown): void {
    stopAway(known);
    if (known.hasWorked) {
      known.hasWorked = false;
      this._happened.emit({ kind: 'lost', cluster });
    }
  }

  private _lookAtEnd(cluster: Cluster, known: IKnown): void {
    const end = endOf(cluster);
    if (end === null) {
      window.clearTimeout(known.endTimer);
      known.end = null;
    } else if (known.end === null || Math.abs(end - known.end) > BEFORE_END_MS) {
      // Slurm's times are not told to the second each time.
      known.end = end;
      const left = end - Date.now();
      this._waitForEnd(cluster.id, known, end - Math.min(BEFORE_END_MS, left / 2));
    }
  }

  private _waitForEnd(id: string, known: IKnown, at: number): void {
    window.clearTimeout(known.endTimer);
    const left = at - Date.now();
    if (left > 0) {
      const wait = () => this._waitForEnd(id, known, at);
      known.endTimer = window.setTimeout(wait, Math.min(left, LONGEST_WAIT_MS));
      return;
    }
    const cluster = this._manager.get(id);
    const end = cluster && endOf(cluster);
    // A machine that slept wakes up late.
    if (end && end > Date.now()) {
      this._happened.emit({ kind: 'ending', cluster, end });
    }
  }

  private _isDisposed = false;
  private readonly _known = new Map<string, IKnown>();
  private readonly _happened = new Signal<this, IHappening>(this);
}

const UNKNOWN: IKnown = {
  hasWaited: false,
  isStarted: false,
  hasWorked: false,
  end: null,
  awayTimer: 0,
  endTimer: 0
};

/** @returns whether all workers that a cluster wants are away; of one without jobs nobody wants any. */
function isWithoutWorkers(cluster: Cluster): boolean {
  const { jobs, status } = cluster;
  return status === 'running' && !isOutOfReach(cluster) && jobs.working === 0 && jobs.plan > 0;
}

/** @returns when a cluster ends by walltime; null where it does not, for other jobs take the place of its jobs. */
function endOf({ status, controller, options, expires_at: jobs }: Cluster): number | null {
  const ends = [controller.ends_at, options.keep_jobs === false ? jobs : null];
  const times = ends.filter((end): end is string => end !== null).map(end => Date.parse(end));
  return status === 'running' && times.length > 0 ? Math.min(...times) : null;
}

function stopAway(known: IKnown): void {
  window.clearTimeout(known.awayTimer);
  known.awayTimer = 0;
}

function forget(known: IKnown): void {
  stopAway(known);
  window.clearTimeout(known.endTimer);
}
