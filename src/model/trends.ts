import type { Cluster } from '../api/contract';
import type { IClusterManager } from '../tokens';

/** How far back a trend goes. */
export const TREND_MS = 10 * 60 * 1000;

/** How busy a cluster was from `time` on, until the next sample. */
export interface ISample {
  /** Milliseconds, by a clock that nobody sets. */
  readonly time: number;
  /** Share of the workers' threads that compute, 0 to 1. */
  readonly cpu: number;
  /** Share of the workers' memory that is in use, 0 to 1. */
  readonly memory: number;
}

/**
 * The last ten minutes of each cluster, from the events that come anyway. The server tells numbers
 * only when they have changed, so a value holds until the next one.
 */
export class Trends {
  /** @returns those of a manager, which all that show its clusters share: they know what the first of them has seen. */
  static of(manager: IClusterManager): Trends {
    const known = shared.get(manager) ?? new Trends(manager);
    shared.set(manager, known);
    return known;
  }

  constructor(
    private readonly _manager: IClusterManager,
    private readonly _now: () => number = () => performance.now()
  ) {
    _manager.changed.connect(this._note, this);
    this._note();
  }

  /** @returns the samples of a cluster, oldest first; the first one may be older than ten minutes. */
  of(id: string): readonly ISample[] {
    return this._samples.get(id) ?? [];
  }

  private _note(): void {
    const now = this._now();
    const samples = new Map<string, readonly ISample[]>();
    for (const cluster of this._manager.clusters) {
      samples.set(cluster.id, appended(this.of(cluster.id), sampleOf(cluster, now)));
    }
    this._samples = samples;
  }

  private _samples: ReadonlyMap<string, readonly ISample[]> = new Map();
}

const shared = new WeakMap<IClusterManager, Trends>();

function sampleOf(cluster: Cluster, time: number): ISample {
  const { cpu_percent: cpu, memory_used_bytes: used, memory_bytes: memory } = cluster;
  return { time, cpu: share(cpu ?? 0, 100), memory: share(used ?? 0, memory ?? 0) };
}

function share(part: number, whole: number): number {
  return whole > 0 ? Math.min(1, Math.max(0, part / whole)) : 0;
}

/** @returns the samples with a new one, without those that say nothing about the last ten minutes. */
function appended(samples: readonly ISample[], next: ISample): readonly ISample[] {
  const last = samples[samples.length - 1];
  const same = last && last.cpu === next.cpu && last.memory === next.memory;
  const all = same ? samples : [...samples, next];
  const start = next.time - TREND_MS;
  // The last one before the start still holds at the start.
  const first = all.findIndex((_, index) => (all[index + 1]?.time ?? Infinity) > start);
  return first > 0 ? all.slice(first) : all;
}
