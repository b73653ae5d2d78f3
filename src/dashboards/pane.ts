import { Dialog, MainAreaWidget, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import { Panel, Widget } from '@lumino/widgets';

import type { Cluster } from '../api/contract';
import { dashboardIcon } from '../icons';
import type { IClusterManager } from '../tokens';
import { ConfinedFrame } from './confined/iframe';
import { labTheme, watchLabTheme } from './labTheme';
import { pageFailure, PaneNote } from './paneNote';

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

/** What a pane works with. */
export interface IPaneParts {
  readonly manager: IClusterManager;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
}

/**
 * One page of a cluster's dashboard as a tab. It follows the cluster that replaces its own, and says
 * so where its cluster has no dashboard (any more).
 */
export class DashboardPane extends MainAreaWidget<Panel> {
  constructor(
    options: IPaneOptions,
    private readonly _parts: IPaneParts
  ) {
    super({ content: new Panel() });
    this._options = options;
    this.id = paneId(options);
    this.addClass('jp-DaskSlurmPane');
    this.title.icon = dashboardIcon;
    this.title.closable = true;
    this.toolbar.hide();
    this._note = new PaneNote(_parts);
    const { manager } = _parts;
    this._lost.addClass('jp-DaskSlurmPane-lost');
    this._lost.node.setAttribute('role', 'status');
    this.content.addWidget(this._lost);
    this.content.addWidget(this._note);
    this.content.addWidget(this._frame);
    this._watching = manager.watch();
    manager.changed.connect(this._follow, this);
    this._frame.theme = labTheme();
    this._follow();
  }

  get options(): IPaneOptions {
    return this._options;
  }

  /** Emits when the pane shows another cluster, so that its place can be saved. */
  readonly followed = new Signal<this, string>(this);

  /** The arguments that open this pane again. */
  get args(): { cluster: string; plot: string; title: string; name: string } {
    const { clusterId, clusterName, plot, title } = this.options;
    return { cluster: clusterId, plot, title, name: clusterName };
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._parts.manager.changed.disconnect(this._follow, this);
    this._watching.dispose();
    this._unwatchTheme();
    super.dispose();
  }

  private _follow(): void {
    const { manager } = this._parts;
    const { clusterId, title } = this._options;
    const cluster =
      manager.get(clusterId) ?? manager.clusters.find(successor => successor.replaces === clusterId);
    if (cluster) {
      this._options = { ...this._options, clusterId: cluster.id, clusterName: cluster.name };
    }
    const label = `${title} — ${this._options.clusterName}`;
    this.title.label = label;
    this.title.caption = label;
    this._frame.label = label;
    this._show(cluster);
    if (cluster && cluster.id !== clusterId) {
      this.followed.emit(cluster.id);
    }
  }

  private _show(cluster: Cluster | undefined): void {
    const { client, connection } = this._parts.manager;
    const live = cluster?.status === 'running' && cluster.controller.reachable;
    this._frame.setHidden(!live);
    this._note.setHidden(live);
    this._sayWhetherLost(live && connection === 'lost');
    if (connection === 'lost') {
      // Jupyter took the page's socket along.
      this._shown = null;
    } else if (live && this._shown !== cluster.id) {
      this._shown = cluster.id;
      this._frame.open(client.dashboard(cluster), this._options.plot);
    }
    if (!live) {
      this._note.tell(cluster, this._options.clusterName);
      this._shown = null;
      this._frame.clear();
    }
  }

  /** The page leads to another site: its user may follow it there. */
  private async _leave(address: string): Promise<void> {
    const { trans } = this._parts;
    if (this._asking) {
      return;
    }
    this._asking = true;
    const { button } = await showDialog({
      title: trans.__('Open a page of %1?', new URL(address).host),
      body: trans.__('The dashboard leads to another site: %1', address),
      buttons: [Dialog.cancelButton(), Dialog.okButton({ label: trans.__('Open') })]
    }).finally(() => {
      this._asking = false;
    });
    if (button.accept) {
      window.open(address, '_blank', 'noopener,noreferrer');
    }
  }

  /** A dashboard without its connection looks as if nothing happened any more. */
  private _sayWhetherLost(lost: boolean): void {
    const { trans } = this._parts;
    this._lost.setHidden(!lost);
    this._lost.node.textContent = lost
      ? trans.__('The connection to Jupyter is lost; what you see may be out of date.')
      : '';
  }

  /** The cluster whose page is in the frame; null where none is, or one that Jupyter has left. */
  private _shown: string | null = null;
  private _asking = false;
  private _options: IPaneOptions;
  private readonly _lost = new Widget();
  private readonly _note: PaneNote;
  private readonly _frame = new ConfinedFrame({
    leave: address => void this._leave(address),
    failed: error => pageFailure(error, this._parts.trans)
  });
  private readonly _watching: IDisposable;
  private readonly _unwatchTheme = watchLabTheme(() => {
    this._frame.theme = labTheme();
  });
}

/** @returns the id of the pane, so that one page of one cluster is open only once. */
function paneId({ clusterId, plot }: IPaneOptions): string {
  return `dask-slurm-dashboard-${clusterId}-${plot.replace(/[^\w-]/g, '-')}`;
}
