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
import { NoPythonKernel } from './kernel/runSilently';
import { ILinkMetadata, readMetadata, readRecipe, writeMetadata } from './metadata';

/** How often a kernel is looked at by itself: a look may fail because the kernel, or the way to it, is not there yet. */
const LOOKS = 3;

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
    sessionContext.connectionStatusChanged.connect(this._onConnection, this);
    content.modelChanged.connect(this._onModel, this);
    _parts.manager.changed.connect(this._onClusters, this);
    _parts.manager.listen();
    this._onModel();
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
   * @throws KernelError with the kernel's words; MessageLost; CodeDropped; RequestError where the cluster cannot
   * be connected to.
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
    this._awaited = null;
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
    const runs = (this._kernel?.status ?? 'dead') !== 'dead';
    const isAwaited = cluster?.id === this._awaited;
    const wanted = (isAwaited || this.auto) && cluster?.status === 'running' && cluster.id !== this._tried;
    const isClusterGone = this._client.isOurs && !isAlive(this.attached);
    const isFree = this.state.kind === 'none' || this.state.kind === 'failed' || isClusterGone;
    if (runs && wanted && (isAwaited || isFree)) {
      this._make(cluster).catch(() => undefined);
    }
  }

  private get _kernel(): Kernel.IKernelConnection | null | undefined {
    return this._panel.sessionContext.session?.kernel;
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

  /** What starts stays awaited until a kernel has been connected to it, or could not be. */
  private async _make(cluster: Cluster): Promise<boolean> {
    this._awaited = this._awaited === cluster.id ? cluster.id : null;
    this._tried = cluster.id;
    const snippet = this._parts.manager.client.snippet(cluster.id, 'attach');
    let isOver = true;
    try {
      const code = snippet.then(answer => answer.code);
      isOver = await this._client.make(code, cluster.scheduler_address);
      return isOver;
    } catch (error) {
      isOver = !(error instanceof NoPythonKernel) || error.hasKernel;
      throw error;
    } finally {
      if (isOver && this._awaited === cluster.id) {
        this._awaited = null;
      }
    }
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
    this._looking = null;
    this._looks = 0;
    this._client.assume('unknown');
    this._getToKnow();
  }

  /** Look at a kernel that we know nothing about, and connect it where that is wanted. */
  private _getToKnow(): void {
    const kernel = this._kernel;
    const isMet = this.state.kind !== 'unknown' || this._looking === kernel || this._looks === LOOKS;
    if (!kernel || !this.metadata || isMet) {
      return;
    }
    this._looking = kernel;
    this._looks += 1;
    this.look()
      .finally(() => {
        this._looking = this._looking === kernel ? null : this._looking;
      })
      .then(
        () => this.reconsider(),
        // One that ends meanwhile leaves nothing to be known; any other is looked at again when something is told of it.
        () => undefined
      );
  }

  /** A kernel that starts again has no `client`, and what is sent to it now comes before any cell; nor has a dead one. */
  private _onStatus(_: ISessionContext, status: Kernel.Status): void {
    if (status === 'restarting' || status === 'autorestarting' || status === 'dead') {
      this._tried = null;
      this._client.assume('none');
      this.reconsider();
    } else if (status === 'idle') {
      this._getToKnow();
    }
  }

  private _onConnection(_: ISessionContext, status: Kernel.ConnectionStatus): void {
    if (status === 'connected') {
      this._getToKnow();
    } else {
      // What was asked before may never be answered.
      this._looking = null;
    }
  }

  private _onModel(): void {
    this._model?.metadataChanged.connect(this._onMetadata, this);
    this._onMetadata();
  }

  private _onMetadata(): void {
    this._emit();
    this._getToKnow();
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
  /** The kernel that is being looked at, to get to know it. */
  private _looking: Kernel.IKernelConnection | null = null;
  /** How often this kernel has been. */
  private _looks = 0;
  private _isDisposed = false;
  private readonly _client: KernelClient;
  private readonly _changed = new Signal<this, void>(this);
}
