import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { Widget } from '@lumino/widgets';

import type { Cluster } from '../api/contract';
import { RequestError } from '../api/requestError';
import { CommandIDs } from '../commandIds';
import { formatTime } from '../model/format';
import { hasEnded } from '../model/status';
import type { IClusterManager } from '../tokens';
import { DrawingError } from './confined/firstAnswer';
import type { IFailure } from './confined/page';

interface INoteParts {
  readonly manager: IClusterManager;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
}

/** @returns what stands in a pane in place of a page that could not be had. */
export function pageFailure(error: Error, trans: TranslationBundle): IFailure {
  const again = trans.__('Try again');
  if (error instanceof DrawingError) {
    const text = error.reason
      ? trans.__('Dask cannot draw this page for this cluster now: %1.', error.reason)
      : trans.__('Dask cannot draw this page for this cluster now.');
    return { text, again };
  }
  const isOfDask = error instanceof RequestError && error.status === 500;
  const text = isOfDask
    ? trans.__(
        'Dask failed while it drew this page. That often passes: some pages fail while tasks come and go.'
      )
    : error.message;
  return { text, again };
}

/** Stands in a pane where its dashboard cannot be: says why, and offers what can be done. */
export class PaneNote extends Widget {
  constructor(private readonly _parts: INoteParts) {
    super();
    this.addClass('jp-DaskSlurmPane-note');
    this._text.setAttribute('role', 'status');
    this._button.type = 'button';
    this._button.className = 'jp-mod-styled';
    this.node.append(this._text, this._button);
  }

  /** Say how it is with a cluster; undefined where it is not known. */
  tell(cluster: Cluster | undefined, name: string): void {
    const text = this._explain(cluster, name);
    // The same words again would be read out again.
    if (this._text.textContent !== text) {
      this._text.textContent = text;
    }
    this._offer(cluster);
  }

  private _explain(cluster: Cluster | undefined, name: string): string {
    const { manager, trans } = this._parts;
    if (!cluster) {
      return manager.connection === 'live'
        ? trans.__('The cluster %1 is no longer there.', name)
        : trans.__('Looking for the cluster %1…', name);
    }
    if (cluster.status === 'starting') {
      return trans.__('The cluster %1 is starting…', name);
    }
    if (cluster.status === 'stopping') {
      return trans.__('The cluster %1 is stopping…', name);
    }
    if (cluster.status === 'running') {
      const { hostname } = cluster.controller;
      return trans.__('The cluster %1 runs on %2 and cannot be reached from here.', name, hostname);
    }
    const time = formatTime(cluster.ended?.time ?? cluster.updated_at);
    const why = cluster.ended?.reason ?? cluster.error?.message;
    const stopped = trans.__('The cluster %1 stopped at %2.', name, time);
    return why ? `${stopped} ${why}` : stopped;
  }

  private _offer(cluster: Cluster | undefined): void {
    const { commands, trans } = this._parts;
    this._button.hidden = cluster !== undefined && !hasEnded(cluster);
    if (!cluster) {
      this._button.textContent = trans.__('New cluster');
      this._button.onclick = () => void commands.execute(CommandIDs.createCluster);
    } else {
      this._button.textContent = trans.__('Start again');
      this._button.onclick = () => void commands.execute(CommandIDs.restartCluster, { cluster: cluster.id });
    }
  }

  private readonly _text = document.createElement('p');
  private readonly _button = document.createElement('button');
}
