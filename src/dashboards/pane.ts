import { MainAreaWidget } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { IFrame } from '@jupyterlab/ui-components';
import { Panel, Widget } from '@lumino/widgets';
import type { IDisposable } from '@lumino/disposable';

import type { Cluster } from '../api/validate';
import { dashboardIcon } from '../icons';
import { formatTime } from '../model/describe';
import type { IClusterManager } from '../tokens';

import '../../style/panes.css';

/** Which page of which cluster's dashboard. */
export interface IPaneOptions {
  readonly clusterId: string;
  readonly plot: string;
  /** The plot's name, for the tab. */
  readonly title: string;
  /** The cluster's last known name, for a tab that was restored before the cluster is known. */
  readonly clusterName: string;
}

/** One page of a cluster's dashboard as a tab; says so where its cluster has no dashboard (any more). */
export class DashboardPane extends MainAreaWidget<Panel> {
  constructor(
    readonly options: IPaneOptions,
    private readonly _manager: IClusterManager,
    private readonly _trans: TranslationBundle
  ) {
    super({ content: new Panel() });
    this.id = paneId(options);
    this.addClass('jp-DaskSlurmPane');
    this.title.icon = dashboardIcon;
    this.title.closable = true;
    this.toolbar.hide();
    // Bokeh draws by script and opens a websocket, which the server answers only to its own origin.
    this._frame = new IFrame({
      sandbox: ['allow-scripts', 'allow-same-origin', 'allow-popups', 'allow-forms', 'allow-downloads'],
      referrerPolicy: 'same-origin'
    });
    this._note.addClass('jp-DaskSlurmPane-note');
    this._note.node.setAttribute('role', 'status');
    this.content.addWidget(this._note);
    this.content.addWidget(this._frame);
    this._clusterName = options.clusterName;
    this._watching = _manager.watch();
    _manager.changed.connect(this._follow, this);
    this._follow();
  }

  /** The arguments that open this pane again. */
  get args(): { cluster: string; plot: string; title: string; name: string } {
    const { clusterId, plot, title } = this.options;
    return { cluster: clusterId, plot, title, name: this._clusterName };
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._manager.changed.disconnect(this._follow, this);
    this._watching.dispose();
    super.dispose();
  }

  private _follow(): void {
    const { clusterId, plot, title } = this.options;
    const cluster = this._manager.get(clusterId);
    this._clusterName = cluster?.name ?? this._clusterName;
    const label = `${title} — ${this._clusterName}`;
    this.title.label = label;
    this.title.caption = label;
    this._frame.node.querySelector('iframe')?.setAttribute('title', label);
    this._show(cluster, cluster && this._manager.client.plotUrl(cluster, plot));
  }

  private _show(cluster: Cluster | undefined, url: string | undefined): void {
    const live = cluster?.status === 'running' && cluster.controller.reachable;
    this._frame.setHidden(!live);
    this._note.setHidden(live);
    if (live && url && this._url !== url) {
      this._frame.url = this._url = url;
    }
    if (!live) {
      this._note.node.textContent = this._explain(cluster);
      // A page left in the hidden frame would go on asking a dashboard that is gone.
      if (this._url) {
        this._frame.url = this._url = '';
      }
    }
  }

  private _explain(cluster: Cluster | undefined): string {
    const trans = this._trans;
    const name = this._clusterName;
    if (!cluster) {
      return this._manager.connection === 'live'
        ? trans.__('The cluster %1 is no longer there.', name)
        : trans.__('Looking for the cluster %1…', name);
    }
    if (cluster.status === 'starting') {
      return trans.__('The cluster %1 is starting…', name);
    }
    if (cluster.status === 'running') {
      return trans.__(
        'The cluster %1 runs on %2 and cannot be reached from here.',
        name,
        cluster.controller.hostname
      );
    }
    return trans.__(
      'The cluster %1 stopped at %2.',
      name,
      formatTime(cluster.ended?.time ?? cluster.updated_at)
    );
  }

  private _url = '';
  private _clusterName: string;
  private readonly _note = new Widget();
  private readonly _frame: IFrame;
  private readonly _watching: IDisposable;
}

/** @returns the id of the pane, so that one page of one cluster is open only once. */
export function paneId({ clusterId, plot }: IPaneOptions): string {
  return `dask-slurm-dashboard-${clusterId}-${plot.replace(/[^\w-]/g, '-')}`;
}
