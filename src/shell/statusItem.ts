import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import { overview } from '../model/status';
import type { IClusterManager } from '../tokens';

import '../../style/status.css';

/** One button that says how the clusters are. */
export class ClustersStatus extends Widget {
  constructor(
    private readonly _manager: IClusterManager,
    private readonly _trans: TranslationBundle,
    onClick: () => void
  ) {
    super();
    this.addClass('jp-DaskSlurmStatus');
    this._button.type = 'button';
    this._button.title = _trans.__('Show the Dask clusters');
    this._button.addEventListener('click', onClick);
    this.node.append(this._button);
    _manager.changed.connect(this._draw, this);
    this._draw();
  }

  override dispose(): void {
    this._manager.changed.disconnect(this._draw, this);
    super.dispose();
  }

  private _draw(): void {
    this._button.textContent = overview(this._manager.clusters, this._trans);
  }

  private readonly _button = document.createElement('button');
}
