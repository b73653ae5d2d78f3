import { ISignal, Signal } from '@lumino/signaling';

import type { IClusterManager, ISelection } from '../tokens';
import { isAlive } from './status';

/**
 * Remembers the selected cluster. A selection that has left the list falls back to the newest
 * cluster that is alive, so that a single cluster never needs selecting.
 */
export class Selection implements ISelection {
  constructor(private readonly _manager: IClusterManager) {
    _manager.changed.connect(this._follow, this);
  }

  get current(): string | null {
    return this._current;
  }

  get changed(): ISignal<this, string | null> {
    return this._changed;
  }

  select(id: string | null): void {
    if (id !== this._current) {
      this._current = id;
      this._changed.emit(id);
    }
  }

  private _follow(): void {
    const { clusters, connection } = this._manager;
    const listed = clusters.some(cluster => cluster.id === this._current);
    // While cut off, an empty list says nothing about what exists.
    if (listed || connection !== 'live') {
      return;
    }
    const successor = clusters.find(
      cluster => cluster.replaces !== null && cluster.replaces === this._current
    );
    this.select((successor ?? clusters.find(isAlive) ?? clusters[0])?.id ?? null);
  }

  private _current: string | null = null;
  private readonly _changed = new Signal<this, string | null>(this);
}
