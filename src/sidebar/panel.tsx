import { PanelWithToolbar, ReactWidget, SidePanel } from '@jupyterlab/ui-components';
import type { ITranslator } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import type { Message } from '@lumino/messaging';
import type { AccordionPanel } from '@lumino/widgets';
import * as React from 'react';

import { ClusterProvider, IClusterContext, IClusterParts } from '../cluster/context';
import type { Favourites } from '../dashboards/favourites';
import { SiteSource } from '../model/site';
import { Trends } from '../model/trends';
import { ClusterList } from './clusterList';
import { DashboardList } from './dashboardList';

import '../../style/panel.css';

export { Favourites } from '../dashboards/favourites';
export { HintSettings } from '../model/hintSettings';

/** The sidebar: clusters, and the dashboards of the selected one. */
export class ClustersPanel extends SidePanel {
  constructor(parts: IClusterParts, favourites: Favourites, translator: ITranslator) {
    super({ translator });
    const { manager, selection, trans } = parts;
    this._context = { ...parts, trends: Trends.of(manager), site: new SiteSource(manager.client) };
    this.addClass('jp-DaskSlurmPanel');
    this._addSection(trans.__('Clusters'), <ClusterList />);
    this._dashboards = this._addSection(trans.__('Dashboards'), <DashboardList favourites={favourites} />);
    (this.content as AccordionPanel).setRelativeSizes([3, 2]);
    selection.changed.connect(this._nameDashboards, this);
    manager.changed.connect(this._nameDashboards, this);
    this._nameDashboards();
  }

  override dispose(): void {
    this._watching?.dispose();
    super.dispose();
  }

  protected override onBeforeShow(msg: Message): void {
    super.onBeforeShow(msg);
    this._watching ??= this._context.manager.watch();
  }

  protected override onBeforeHide(msg: Message): void {
    super.onBeforeHide(msg);
    this._watching?.dispose();
    this._watching = null;
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    if (this.isVisible) {
      this._watching ??= this._context.manager.watch();
    }
  }

  private _addSection(title: string, body: React.ReactElement): PanelWithToolbar {
    const section = new PanelWithToolbar();
    section.addClass('jp-DaskSlurmSection');
    section.title.label = title;
    section.addWidget(ReactWidget.create(<ClusterProvider value={this._context}>{body}</ClusterProvider>));
    this.addWidget(section);
    return section;
  }

  private _nameDashboards(): void {
    const { manager, selection, trans } = this._context;
    const cluster = selection.current ? manager.get(selection.current) : undefined;
    this._dashboards.title.label = cluster
      ? trans.__('Dashboards of %1', cluster.name)
      : trans.__('Dashboards');
  }

  private _watching: IDisposable | null = null;
  private readonly _context: IClusterContext;
  private readonly _dashboards: PanelWithToolbar;
}
