import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import { ISignal, Signal } from '@lumino/signaling';
import * as React from 'react';

import type { IProfileRequest } from '../api/client';
import type { Cluster, Preview } from '../api/contract';
import { INextOption, withOption } from '../model/nextStart';
import { ILastStart, lastStart } from '../model/lastStart';
import { parseRecipe } from '../model/recipe';
import type { IClusterManager } from '../tokens';
import { ClusterForm } from './clusterForm';
import { broughtBy, broughtWords, IBrought } from './request/brought';
import type { FormData, IFormSource } from './request/formData';
import { changedOptions, chosenProfile, fromCluster, toRequest } from './request/formRequest';
import { LastChoices, stillOffered } from './request/lastChoices';
import { proposed, withoutProposal } from './request/proposal';

/** What the form is about. */
export interface IFormWidgetOptions {
  readonly manager: IClusterManager;
  readonly trans: TranslationBundle;
  readonly choices: LastChoices;
  /** Told what was started, for it can be started again. */
  readonly onStarted?: (last: ILastStart) => void;
  /** Asked before a cluster starts again; one that has not ended has something to lose. */
  readonly mayRestart: (cluster: Cluster) => Promise<boolean>;
  /** The id of a cluster to start again with changes. */
  readonly like?: string;
  /** One of its options that is to be another one. */
  readonly next?: INextOption | null;
  /** What a notebook says of the cluster that it needs; anybody may have written it. */
  readonly recipe?: unknown;
  /** The kernel of the notebook at hand; a new cluster is for it where it can be. */
  readonly kernel?: string;
}

/** Loads what the form needs, shows it, and sends it. */
export class FormWidget extends ReactWidget {
  constructor(private readonly _options: IFormWidgetOptions) {
    super();
    this.addClass('jp-DaskSlurmCreate');
    const { manager, like } = _options;
    this._like = like === undefined ? undefined : manager.get(like);
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
    const { trans, manager, choices } = this._options;
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
        changes={withOption(this._initial, this._options.next ?? null)}
        defaults={this._defaults}
        notice={this._notice}
        isForeign={this._brought !== null}
        trans={trans}
        onSubmit={(data, names, judged) => this._submit(data, names, judged)}
        onCancel={() => this._done.emit(null)}
        onReset={() => void choices.forget()}
        site={slurmCluster => manager.client.site(slurmCluster)}
        preview={(request, askSlurm) => manager.client.preview(request, askSlurm)}
        forecast={(request, variants) => manager.client.forecast(request, variants)}
        profiles={{
          save: (name, body) => this._saveProfile(name, body),
          remove: name => this._removeProfile(name)
        }}
      />
    );
  }

  private async _load(): Promise<void> {
    const { manager, like, choices, kernel, trans } = this._options;
    try {
      const { client } = manager;
      const [options, site, profiles] = await Promise.all([
        client.schema(),
        client.site(),
        // The form is of use without them.
        client.profiles().catch(() => [])
      ]);
      const cluster = like === undefined ? undefined : manager.get(like);
      const known = cluster ?? this._like;
      this._source = { options, site, profiles, like: cluster };
      const ofNotebook = kernel ? stillOffered({ kernel }, site) : {};
      const ofHost = proposed(this._source);
      this._defaults = known ? fromCluster(known) : { ...ofHost, ...ofNotebook };
      const recipe = parseRecipe(this._options.recipe);
      this._brought = recipe && (await broughtBy(recipe, site, manager));
      const chosen = this._brought?.data ?? (await choices.read(site));
      this._initial = known ? this._defaults : { ...ofHost, ...chosen, ...ofNotebook };
      this._notice = this._brought ? broughtWords(this._brought, options, trans) : undefined;
      if (like !== undefined && !cluster) {
        this._becomeNew();
      }
    } catch (error) {
      this._failure = error instanceof Error ? error.message : String(error);
    }
    this._loaded.emit();
  }

  /** The cluster has left the list while Slurm was asked: then nothing can be started again, and that is said. */
  private _becomeNew(): void {
    const { trans } = this._options;
    this.title.label = trans.__('New cluster');
    this._notice = this._like
      ? trans.__(
          '%1 has left the list and cannot be started again. Its options are kept here, for a new cluster.',
          this._like.name
        )
      : trans.__(
          'The cluster that was to be started again has left the list, and its options with it. This starts a new one.'
        );
  }

  private async _submit(data: FormData, names: readonly string[], judged: Preview | null): Promise<void> {
    const { manager, choices, trans, mayRestart } = this._options;
    const { like, profiles = [], site } = this._source ?? {};
    if (like) {
      // It may have ended, or started, since the form was opened.
      if (await mayRestart(manager.get(like.id) ?? like)) {
        this._done.emit(await manager.restart(like.id, changedOptions(this._initial, data)));
      }
      return;
    }
    const request = toRequest(data, names, chosenProfile(data, profiles));
    const cluster = await manager.create(request);
    if (!this._brought) {
      await choices.keep(this._source ? withoutProposal(this._source, data) : data);
    }
    const usual = site?.partitions.find(partition => partition.default)?.name;
    this._options.onStarted?.(lastStart(request, judged, usual, trans));
    this._done.emit(cluster);
  }

  private async _saveProfile(name: string, body: IProfileRequest): Promise<void> {
    await this._options.manager.client.saveProfile(name, body);
    await this._readProfiles();
  }

  private async _removeProfile(name: string): Promise<void> {
    await this._options.manager.client.removeProfile(name);
    await this._readProfiles();
  }

  private async _readProfiles(): Promise<void> {
    const profiles = await this._options.manager.client.profiles();
    this._source = this._source && { ...this._source, profiles };
    this._loaded.emit();
  }

  private _source: IFormSource | null = null;
  private _initial: FormData = {};
  private _defaults: FormData = {};
  private _failure: string | null = null;
  private _notice: string | undefined;
  private _brought: IBrought | null = null;
  /** The cluster to start again, as it was when that was asked for. */
  private readonly _like: Cluster | undefined;
  private readonly _loaded = new Signal<this, void>(this);
  private readonly _done = new Signal<this, Cluster | null>(this);
}
