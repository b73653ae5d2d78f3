import type { IRunningSessions } from '@jupyterlab/running';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ISignal } from '@lumino/signaling';

import type { Cluster } from '../api/contract';
import { attempt } from '../commands/attempt';
import { daskSlurmIcon } from '../icons';
import { briefWords, hasEnded, phaseWords, statusWord } from '../model/status';
import type { IClusterManager } from '../tokens';

/** The clusters that live, as the Running panel takes them. It asks itself before it shuts down. */
export class RunningClusters implements IRunningSessions.IManager {
  constructor(
    private readonly _manager: IClusterManager,
    private readonly _trans: TranslationBundle,
    private readonly _open: (id: string) => void
  ) {
    this.name = _trans.__('Dask clusters');
    this.shutdownLabel = _trans.__('Stop Cluster');
    this.shutdownAllLabel = _trans.__('Stop All');
  }

  readonly name: string;
  readonly shutdownLabel: string;
  readonly shutdownAllLabel: string;

  get runningChanged(): ISignal<IClusterManager, void> {
    return this._manager.changed;
  }

  running(): IRunningSessions.IRunningItem[] {
    return this._living().map(cluster => ({
      label: () => cluster.name,
      labelTitle: () => `${statusWord(cluster, this._trans)} · ${phaseWords(cluster, this._trans)}`,
      detail: () => briefWords(cluster, this._trans),
      icon: () => daskSlurmIcon,
      open: () => this._open(cluster.id),
      shutdown: () => void attempt(() => this._manager.remove(cluster.id))
    }));
  }

  shutdownAll(): void {
    for (const { id } of this._living()) {
      void attempt(() => this._manager.remove(id));
    }
  }

  refreshRunning(): void {
    this._manager.listen();
  }

  private _living(): Cluster[] {
    return this._manager.clusters.filter(cluster => !hasEnded(cluster) && cluster.status !== 'stopping');
  }
}
