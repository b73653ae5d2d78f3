import type { ISessionContext } from '@jupyterlab/apputils';
import type { IChangedArgs } from '@jupyterlab/coreutils';
import type { INotebookModel, NotebookPanel } from '@jupyterlab/notebook';
import type { Kernel } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { ISignal, Signal } from '@lumino/signaling';

import type { Cluster } from '../api/contract';
import { Recipe, recipeOf } from '../model/recipe';
import { isAlive } from '../model/status';
import type { IClusterManager } from '../tokens';
import { findCluster } from './findCluster';
import { ClientState, KernelClient } from './kernel/kernelClient';
import { ILinkMetadata, readMetadata, readRecipe, writeMetadata } from './metadata';

type KernelChange = IChangedArgs<Kernel.IKernelConnection | null>;

/** What links work with. */
export interface ILinkParts {
  readonly manager: IClusterManager;
  /** The setting, for notebooks that say nothing themselves. */
  readonly autoAttach: () => boolean;
}

/** Ties one notebook and its kernel to a cluster: on request, and by itself where it is wanted. */
export class NotebookLink implements IDisposable {
  constructor(
    private readonly _panel: NotebookPanel,
    private readonly _parts: ILinkParts
  ) {
    const { sessionContext, content } = _panel;
    this._client = new KernelClient(sessionContext);
    this._client.changed.connect(this._emit, this);
    sessionContext.kernelChanged.connect(this._onKernelChanged, this);
    sessionContext.statusChanged.connect(this._onStatus, this);
    content.modelChanged.connect(this._onModel, this);
    _parts.manager.changed.connect(this._onClusters, this);
    _parts.manager.listen();
    this._onModel();
    this._meetKernel();
  }

  /** The id of the notebook's tab. */
  get notebook(): string {
    return this._panel.id;
  }

  /** What the kernel's `client` is. */
  get state(): ClientState {
    return this._client.state;
  }

  /** What the notebook's file says. */
  get metadata(): ILinkMetadata | null {
    return readMetadata(this._model);
  }

  /** How the cluster that the notebook needs is made, where its file says so; it may come from anybody. */
  get recipe(): Recipe | null {
    return readRecipe(this._model) || null;
  }

  /** The cluster that the kernel's `client` is connected to. */
  get attached(): Cluster | undefined {
    const { state } = this;
    return state.kind === 'there' ? this._at(state.address) : undefined;
  }

  /** The id by which the cluster's scheduler knows the kernel's `client`. */
  get clientId(): string | undefined {
    const { state } = this;
    return state.kind === 'there' ? state.id : undefined;
  }

  /** The cluster that a cell has made, where no `client` is connected to one. */
  get made(): Cluster | undefined {
    const { state } = this;
    return state.kind === 'none' || state.kind === 'there' ? this._at(state.cluster) : undefined;
  }

  /** The cluster that the notebook remembers. */
  get remembered(): Cluster | undefined {
    return this.metadata ? findCluster(this.metadata, this._clusters) : undefined;
  }

  /** The cluster that the notebook is on, or was. */
  get cluster(): Cluster | undefined {
    return this.attached ?? this.made ?? this.remembered;
  }

  /** Whether the notebook is on a cluster that still gets work. */
  get hasCluster(): boolean {
    return [this.attached, this.made, this.remembered].some(isAlive);
  }

  /** Whether the kernel is connected whenever it starts. */
  get auto(): boolean {
    return this.metadata?.auto ?? this._parts.autoAttach();
  }

  /** Emits when anything above may be another. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    this._isDisposed = true;
    Signal.clearData(this);
  }

  /**
   * Connect the kernel, and let the notebook remember the cluster.
   *
   * @returns whether it is connected; not where it was detached, or attached elsewhere, before it was.
   *
   * @throws KernelError with the kernel's words; RequestError where the cluster cannot be connected to.
   */
  async attach(cluster: Cluster): Promise<boolean> {
    await this._panel.sessionContext.ready;
    if (!(await this._make(cluster))) {
      return false;
    }
    this._remember(cluster);
    return true;
  }

  /** Let the notebook remember a cluster that starts, and connect the kernel as soon as that runs. */
  attachSoon(cluster: Cluster): void {
    this._awaited = cluster.id;
    this._remember(cluster);
    this.reconsider();
  }

  /** Close the kernel's client, and forget the cluster. */
  async detach(): Promise<void> {
    writeMetadata(this._model, null, null);
    await this._client.close();
  }

  /** Let the notebook say how its cluster is made, or no more, also where it is attached again. */
  keepRecipe(cluster: Cluster | null): void {
    const { metadata } = this;
    writeMetadata(this._model, metadata, cluster ? recipeOf(cluster) : metadata && false);
  }

  /** Connect the kernel whenever it starts, or do not. */
  setAuto(auto: boolean): void {
    const { attached } = this;
    const metadata = this.metadata ?? (attached && { cluster: attached.id, name: attached.name });
    if (metadata) {
      writeMetadata(this._model, { ...metadata, auto }, readRecipe(this._model));
      this.reconsider();
    }
  }

  /** Ask the kernel what its client is: it may have been made by a cell. */
  async look(): Promise<void> {
    await this._client.look();
  }

  /** Connect where that is wanted and possible, once for each kernel and cluster; what fails is shown. */
  reconsider(): void {
    const cluster = this.remembered;
    const runs = this._panel.sessionContext.session?.kernel?.status !== 'dead';
    const isAwaited = cluster?.id === this._awaited;
    const wanted = (isAwaited || this.auto) && cluster?.status === 'running' && cluster.id !== this._tried;
    const isClusterGone = this._client.isOurs && !isAlive(this.attached);
    const isFree = this.state.kind === 'none' || this.state.kind === 'failed' || isClusterGone;
    if (runs && wanted && (isAwaited || isFree)) {
      this._make(cluster).catch(() => undefined);
    }
  }

  private get _model(): INotebookModel | null {
    return this._panel.content.model;
  }

  private get _clusters(): readonly Cluster[] {
    return this._parts.manager.clusters;
  }

  private _at(address = ''): Cluster | undefined {
    return address ? this._clusters.find(cluster => cluster.scheduler_address === address) : undefined;
  }

  /** The notebook's user has put it on a cluster: only then its file changes. */
  private _remember(cluster: Cluster): void {
    const auto = this.metadata?.auto;
    const metadata = { cluster: cluster.id, name: cluster.name };
    const recipe = readRecipe(this._model) !== false && recipeOf(cluster);
    writeMetadata(this._model, auto === undefined ? metadata : { ...metadata, auto }, recipe);
  }

  private _make(cluster: Cluster): Promise<boolean> {
    this._awaited = null;
    this._tried = cluster.id;
    const snippet = this._parts.manager.client.snippet(cluster.id, 'attach');
    return this._client.make(snippet.then(({ code }) => code));
  }

  private _onKernelChanged(_: ISessionContext, { oldValue, newValue }: KernelChange): void {
    // The end of a restart is told as well, as a change from the kernel to itself.
    if (oldValue !== newValue) {
      this._meetKernel();
    }
  }

  /** A kernel that we know nothing about: it may have been running for long, as after a reload of the page. */
  private _meetKernel(): void {
    this._tried = null;
    this._client.assume('unknown');
    if (this.metadata && this._panel.sessionContext.session?.kernel) {
      // A kernel that ends meanwhile leaves nothing to be known.
      this.look().then(
        () => this.reconsider(),
        () => undefined
      );
    }
  }

  /** A kernel that starts again has no `client`, and what is sent to it now comes before any cell; nor has a dead one. */
  private _onStatus(_: ISessionContext, status: Kernel.Status): void {
    if (status === 'restarting' || status === 'autorestarting' || status === 'dead') {
      this._tried = null;
      this._client.assume('none');
      this.reconsider();
    }
  }

  private _onModel(): void {
    this._model?.metadataChanged.connect(this._emit, this);
    this._emit();
  }

  private _onClusters(): void {
    this._emit();
    this.reconsider();
  }

  private _emit(): void {
    this._changed.emit();
  }

  /** The cluster that this kernel was last to be connected to. */
  private _tried: string | null = null;
  /** A cluster that starts, and to which the kernel is to be connected when it runs. */
  private _awaited: string | null = null;
  private _isDisposed = false;
  private readonly _client: KernelClient;
  private readonly _changed = new Signal<this, void>(this);
}
