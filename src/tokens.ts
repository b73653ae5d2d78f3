import { ReadonlyJSONObject, Token } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';

import type { ClusterClient, IClusterChange, IClusterRequest } from './api/client';
import type { Cluster } from './api/contract';

/** What the browser knows of the user's clusters: a view that the server keeps up to date. */
export interface IClusterManager {
  /** For what needs no model: jobs, logs, snippets, the site. */
  readonly client: ClusterClient;

  /** Newest first. A cluster that did not change keeps its identity. */
  readonly clusters: readonly Cluster[];

  /** Emits after `clusters`, `connection` or `error` changed. */
  readonly changed: ISignal<IClusterManager, void>;

  /** Whether the view is fed: not asked yet, fed by the server, or cut off from it. */
  readonly connection: 'pending' | 'live' | 'lost';

  /** Why the last refresh did not work, in words. */
  readonly error: string | null;

  get(id: string): Cluster | undefined;

  /** Let the server tell what changes; one request, again when the connection comes back, and no poll. */
  listen(): void;

  /** Keep the view fed until the answer is disposed: listen, and poll slowly in case an event was lost. */
  watch(): IDisposable;

  refresh(): Promise<void>;
  create(request: IClusterRequest): Promise<Cluster>;
  change(id: string, change: IClusterChange): Promise<Cluster>;
  /** Submit the jobs again that a problem, named by its code, has ended. */
  resubmit(id: string, problem: string): Promise<Cluster>;
  /** Stop a cluster; forget it where it has ended already. */
  remove(id: string): Promise<void>;
  /** The same cluster again, with some options changed; the old one is stopped and leaves the list. */
  restart(id: string, options?: ReadonlyJSONObject): Promise<Cluster>;
}

export const IClusterManager = new Token<IClusterManager>(
  'jupyter-dask-slurm:IClusterManager',
  'The Dask clusters of this user: their live state, and what can be done with them.'
);

/** The cluster that commands, snippets and the list of dashboards are about. */
export interface ISelection {
  /** The id of the selected cluster, null where there is none. */
  readonly current: string | null;
  readonly changed: ISignal<ISelection, string | null>;
  select(id: string): void;
}

export const ISelection = new Token<ISelection>(
  'jupyter-dask-slurm:ISelection',
  'Which Dask cluster is selected.'
);
