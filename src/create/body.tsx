import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import { ISignal, Signal } from '@lumino/signaling';
import * as React from 'react';

import type { Cluster } from '../api/validate';
import type { IClusterManager } from '../tokens';
import { ClusterForm } from './form';
import type { FormData, IFormSource } from './formSchema';
import { changedOptions, fromCluster, toRequest } from './request';

/** What the form is about. */
export interface ICreateOptions {
  readonly manager: IClusterManager;
  readonly trans: TranslationBundle;
  /** The id of a cluster to start again with changes. */
  readonly like?: string;
}

/** Loads what the form needs, shows it, and sends it. */
export class CreateBody extends ReactWidget {
  constructor(private readonly _options: ICreateOptions) {
    super();
    this.addClass('jp-DaskSlurmCreate');
    void this._load();
  }

  /** Emits the new cluster, or null where the user gave up. Whoever holds the form closes it then. */
  get done(): ISignal<this, Cluster | null> {
    return this._done;
  }

  protected override render(): React.ReactElement {
    return <UseSignal signal={this._loaded}>{() => this._draw()}</UseSignal>;
  }

  private _draw(): React.ReactElement {
    const { trans } = this._options;
    if (this._failure) {
      return <p className="jp-DaskSlurmForm-failure">{this._failure}</p>;
    }
    if (!this._source) {
      return <p className="jp-DaskSlurmForm-waiting">{trans.__('Asking Slurm what there is…')}</p>;
    }
    return (
      <ClusterForm
        source={this._source}
        initial={this._initial}
        trans={trans}
        onSubmit={(data, names) => this._submit(data, names)}
        onCancel={() => this._done.emit(null)}
        preview={request => this._options.manager.client.preview(request)}
      />
    );
  }

  private async _load(): Promise<void> {
    const { manager, like } = this._options;
    try {
      const { client } = manager;
      const [options, site, profiles] = await Promise.all([
        client.schema(),
        client.site(),
        // The form is of use without them.
        client.profiles().catch(() => [])
      ]);
      const cluster = like === undefined ? undefined : manager.get(like);
      this._source = { options, site, profiles, like: cluster };
      this._initial = cluster ? fromCluster(cluster) : {};
    } catch (error) {
      this._failure = error instanceof Error ? error.message : String(error);
    }
    this._loaded.emit();
  }

  private async _submit(data: FormData, names: readonly string[]): Promise<void> {
    const { manager } = this._options;
    const like = this._source?.like;
    const cluster = like
      ? await manager.restart(like.id, changedOptions(this._initial, data))
      : await manager.create(toRequest(data, names));
    this._done.emit(cluster);
  }

  private _source: IFormSource | null = null;
  private _initial: FormData = {};
  private _failure: string | null = null;
  private readonly _loaded = new Signal<this, void>(this);
  private readonly _done = new Signal<this, Cluster | null>(this);
}
