import { MainAreaWidget } from '@jupyterlab/apputils';
import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import { Signal } from '@lumino/signaling';
import type { IDisposable } from '@lumino/disposable';
import * as React from 'react';

import { ClusterProvider, IClusterContext, IClusterParts } from '../cluster/context';
import { daskSlurmIcon } from '../icons';
import { SiteSource } from '../model/site';
import { Trends } from '../model/trends';
import { Details } from './details';
import { ILogSource, SCHEDULER } from './logs';
import type { Section } from './sections';
import { IVisibility, VisibilityProvider } from './visibility';

import '../../style/panel.css';
import '../../style/details.css';

/** Which cluster, and what of it is shown. */
export interface IDetailsOptions {
  readonly clusterId: string;
  /** Its last known name, for a tab that was restored before the cluster is known. */
  readonly clusterName: string;
  readonly section: Section;
  /** The job whose log can be shown. */
  readonly job: string | null;
}

/** Everything about one cluster, as a tab. */
export class ClusterDetails extends MainAreaWidget<DetailsBody> {
  constructor(options: IDetailsOptions, parts: IClusterParts) {
    super({ content: new DetailsBody(options, parts) });
    this.id = detailsId(options.clusterId);
    this.title.icon = daskSlurmIcon;
    this.title.closable = true;
    this.toolbar.hide();
    this.content.nameChanged.connect(this._name, this);
    this._name();
  }

  /** The arguments that open this tab again. */
  get args(): { cluster: string; name: string; section: Section } {
    const { clusterId, name, section } = this.content;
    return { cluster: clusterId, name, section };
  }

  private _name(): void {
    this.title.label = this.content.name;
    this.title.caption = this.content.name;
  }
}

/** Holds what the tab shows, and tells it whether somebody can see it. */
class DetailsBody extends ReactWidget implements IVisibility {
  constructor(options: IDetailsOptions, parts: IClusterParts) {
    super();
    this.addClass('jp-DaskSlurmDetails');
    this.clusterId = options.clusterId;
    this._name = options.clusterName;
    this._section = options.section;
    this._log = options.job === null ? SCHEDULER : { job: options.job, stream: 'stderr' };
    const { manager } = parts;
    this._context = { ...parts, trends: Trends.of(manager), site: new SiteSource(manager.client) };
    this._watching = manager.watch();
    manager.changed.connect(this._follow, this);
    this._follow();
  }

  readonly clusterId: string;

  get name(): string {
    return this._name;
  }

  get section(): Section {
    return this._section;
  }

  /** Emits when the cluster has another name. */
  readonly nameChanged = new Signal<this, void>(this);

  /** Emits when another section is shown; the tab's place is saved then. */
  readonly sectionChanged = new Signal<this, Section>(this);

  readonly visibilityChanged = new Signal<this, boolean>(this);

  /** Show another section. */
  showSection(section: Section): void {
    this._section = section;
    this.sectionChanged.emit(section);
    this.update();
  }

  /** Show a log. */
  showLog(source: ILogSource): void {
    this._log = source;
    this.showSection('logs');
  }

  override dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this._context.manager.changed.disconnect(this._follow, this);
    this._watching.dispose();
    super.dispose();
  }

  protected override onAfterShow(msg: Message): void {
    super.onAfterShow(msg);
    this.visibilityChanged.emit(true);
  }

  protected override onAfterHide(msg: Message): void {
    super.onAfterHide(msg);
    this.visibilityChanged.emit(false);
  }

  protected override render(): React.ReactElement {
    return (
      <ClusterProvider value={this._context}>
        <VisibilityProvider value={this}>
          <Details
            clusterId={this.clusterId}
            name={this._name}
            section={this._section}
            onSection={section => this.showSection(section)}
            log={this._log}
            onLog={source => this.showLog(source)}
          />
        </VisibilityProvider>
      </ClusterProvider>
    );
  }

  private _follow(): void {
    const name = this._context.manager.get(this.clusterId)?.name;
    if (name !== undefined && name !== this._name) {
      this._name = name;
      this.nameChanged.emit();
    }
  }

  private _name: string;
  private _section: Section;
  private _log: ILogSource;
  private readonly _context: IClusterContext;
  private readonly _watching: IDisposable;
}

/** @returns the id of the tab, so that each cluster has one. */
export function detailsId(clusterId: string): string {
  return `dask-slurm-details-${clusterId}`;
}
