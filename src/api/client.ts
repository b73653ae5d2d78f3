import { URLExt } from '@jupyterlab/coreutils';
import type { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyJSONObject } from '@lumino/coreutils';

import { cluster } from './atStart';
import type * as read from './contract';
import { once, PAUSES_MS } from './once';
import { addressBelow } from './pathBelow';
import { request, requestAny, requestUrl } from './request';
import { list, record, text } from './shape';

/** What a new cluster is made from; the site and Dask's configuration fill the rest. */
export interface IClusterRequest {
  readonly name?: string;
  readonly profile?: string;
  readonly backend?: read.Backend;
  readonly options?: ReadonlyJSONObject;
  readonly scaling?: ScalingRequest;
}

/** What a preview is asked for: a new cluster, or one that is started again with some options changed. */
export type IPreviewRequest =
  | (IClusterRequest & { readonly restarts?: undefined })
  | { readonly restarts: string; readonly options: ReadonlyJSONObject };

/** What is kept under a profile's name. */
export interface IProfileRequest {
  readonly backend?: read.Backend;
  readonly options: ReadonlyJSONObject;
  readonly scaling: ReadonlyJSONObject | null;
  readonly description: string;
}

/** How large a cluster shall be. */
export type ScalingRequest =
  | { readonly mode: 'manual'; readonly jobs: number }
  | { readonly mode: 'manual'; readonly workers: number }
  | { readonly mode: 'manual'; readonly cores: number }
  | { readonly mode: 'manual'; readonly memory: string }
  | { readonly mode: 'adaptive'; readonly minimum_jobs: number; readonly maximum_jobs: number };

/** What can be changed of a cluster that runs. */
export interface IClusterChange {
  readonly name?: string;
  readonly scaling?: ScalingRequest;
  readonly idle_timeout_s?: number;
}

/** A page of Dask's dashboard: its title, and its path below the cluster's dashboard. */
export interface IPlot {
  readonly title: string;
  readonly path: string;
}

/** How to get at the dashboard of a cluster. */
export interface IDashboard {
  /** Its address, with a slash at its end. */
  readonly root: string;
  /** The address of the frame that its pages are shown in. */
  readonly frame: string;
  /** Gets a file by its path below it; a RequestError says why that failed. */
  readonly file: (path: string) => Promise<Response>;
  /** Opens the websocket at a path below it. */
  readonly socket: (path: string, protocols: string[]) => WebSocket;
}

/** Where a job writes. */
export type LogStream = 'stdout' | 'stderr';

/** The shapes of what is not asked for at JupyterLab's start are loaded when they are. */
const later = () => import('./contract');

const API = 'dask-slurm/api';

/** The REST contract, the only place that knows its paths. */
export class ClusterClient {
  /**
   * @param settings - how Jupyter is reached.
   * @param trans - the words for a Jupyter that is not.
   * @param _pausesMs - before a change that had no answer is asked for again.
   */
  constructor(
    readonly settings: ServerConnection.ISettings,
    readonly trans: TranslationBundle,
    private readonly _pausesMs: readonly number[] = PAUSES_MS
  ) {}

  async list(): Promise<readonly read.Cluster[]> {
    return list(cluster)(await this._ask('clusters'));
  }

  async create(body: IClusterRequest): Promise<read.Cluster> {
    return cluster(await this._change('clusters', 'POST', body));
  }

  /**
   * @param askSlurm - whether Slurm itself is asked, which uses up a job id.
   * @returns what `create` or `restart` would send, and all that keeps it from being sent. Nothing is started.
   */
  async preview(body: IPreviewRequest, askSlurm = false): Promise<read.Preview> {
    return (await later()).preview(await this._ask('preview', 'POST', { ...body, ask_slurm: askSlurm }));
  }

  /** @returns when a cluster would start with each of these options laid over its own; Slurm is asked for each. */
  async forecast(
    body: IPreviewRequest,
    variants: readonly ReadonlyJSONObject[]
  ): Promise<readonly read.Variant[]> {
    return list((await later()).variant)(await this._ask('forecast', 'POST', { ...body, variants }));
  }

  async change(id: string, body: IClusterChange): Promise<read.Cluster> {
    return cluster(await this._change(clusterPath(id), 'PATCH', body));
  }

  /** @returns the stopping cluster, or null where it was forgotten at once. */
  async remove(id: string): Promise<read.Cluster | null> {
    const answer = await this._ask(clusterPath(id), 'DELETE');
    return answer === null ? null : cluster(answer);
  }

  async restart(id: string, options: ReadonlyJSONObject): Promise<read.Cluster> {
    return cluster(await this._change(clusterPath(id, 'restart'), 'POST', { options }));
  }

  /** Submit again what a problem has ended. */
  async resubmit(id: string, problem: string): Promise<read.Cluster> {
    const path = clusterPath(id, 'problems', encodeURIComponent(problem), 'resubmit');
    return cluster(await this._change(path, 'POST'));
  }

  async jobs(id: string): Promise<readonly read.Job[]> {
    return list((await later()).job)(await this._ask(clusterPath(id, 'jobs')));
  }

  /** Cancel one job; the plan goes down by it. */
  async cancelJob(id: string, jobId: string): Promise<read.Job> {
    return (await later()).job(
      await this._change(clusterPath(id, 'jobs', encodeURIComponent(jobId)), 'DELETE')
    );
  }

  /** @returns how far the tasks are that one of Dask's clients has asked for within so long. */
  async progress(id: string, client: string, withinMs: number): Promise<read.Progress> {
    const query = `client=${encodeURIComponent(client)}&within_ms=${withinMs}`;
    return (await later()).progress(await this._ask(`${clusterPath(id, 'progress')}?${query}`));
  }

  async jobLog(id: string, jobId: string, stream: LogStream, lines = 200): Promise<read.LogTail> {
    const path = clusterPath(id, 'jobs', encodeURIComponent(jobId), 'log');
    return (await later()).logTail(await this._ask(`${path}?stream=${stream}&lines=${lines}`));
  }

  /** @returns what happened to a cluster, oldest first. */
  async history(id: string): Promise<readonly read.HistoryEntry[]> {
    return list((await later()).historyEntry)(await this._ask(clusterPath(id, 'history')));
  }

  async log(id: string, lines = 200): Promise<read.LogTail> {
    return (await later()).logTail(await this._ask(`${clusterPath(id, 'log')}?lines=${lines}`));
  }

  async snippet(id: string, kind: read.SnippetKind): Promise<read.Snippet> {
    return (await later()).snippet(
      await this._ask(`${clusterPath(id, 'snippet')}?kind=${encodeURIComponent(kind)}`)
    );
  }

  /** @returns Dask's performance report, an HTML page. */
  async report(id: string): Promise<string> {
    return (await requestAny(this, `${API}/${clusterPath(id, 'report')}`)).text();
  }

  /** @param slurmCluster - which of several Slurm clusters; by default the one that the server takes by itself. */
  async site(slurmCluster?: string): Promise<read.Site> {
    const which = slurmCluster === undefined ? '' : `?slurm_cluster=${encodeURIComponent(slurmCluster)}`;
    return (await later()).site(await this._ask(`site${which}`));
  }

  /** @returns the site's profiles, those of Dask's configuration, and the user's own. */
  async profiles(): Promise<readonly read.Profile[]> {
    return list((await later()).profile)(await this._ask('profiles'));
  }

  /** Save one of the user's own, new or in place of the old one. */
  async saveProfile(name: string, body: IProfileRequest): Promise<read.Profile> {
    return (await later()).profile(await this._ask(`profiles/${encodeURIComponent(name)}`, 'PUT', body));
  }

  /** Remove one of the user's own. */
  async removeProfile(name: string): Promise<void> {
    await this._ask(`profiles/${encodeURIComponent(name)}`, 'DELETE');
  }

  /** @returns the JSON Schema of a cluster's options. */
  async schema(): Promise<ReadonlyJSONObject> {
    return (await this._ask('schema')) as ReadonlyJSONObject;
  }

  /** @returns an example as a notebook document. */
  async example(name: string): Promise<ReadonlyJSONObject> {
    return (await this._ask(`examples/${encodeURIComponent(name)}`)) as ReadonlyJSONObject;
  }

  /** @returns the pages of the dashboard, in the order in which Dask names them. */
  async plots(cluster: read.Cluster): Promise<readonly IPlot[]> {
    const answer = await this.dashboard(cluster).file('individual-plots.json');
    const pages = record(text)(await answer.json());
    return Object.entries(pages).map(([title, page]) => ({
      title: title.replace(/^Individual /, ''),
      // The dashboard is below another prefix here, and one page is among the files that it shares with others.
      path: page.replace(/^.*?\/(?=(statics\/)?[^/]+$)/, '')
    }));
  }

  /** @returns what gets pages, files and sockets of a cluster's dashboard. */
  dashboard({ dashboard_path: below }: read.Cluster): IDashboard {
    const { appendToken, baseUrl, token, WebSocket, wsUrl } = this.settings;
    const login = appendToken && token ? `?token=${encodeURIComponent(token)}` : '';
    const root = URLExt.join(baseUrl, below);
    return {
      root,
      frame: URLExt.join(baseUrl, 'dask-slurm/frame'),
      // What Bokeh's pages share changes with its version only, and that is in its address. Jupyter follows the
      // dashboard's redirects itself; what leads elsewhere leads a page out of its dashboard.
      file: async path =>
        requestUrl(this, addressBelow(root, path), {
          cache: /^statics?\//.test(path) ? 'default' : 'no-store',
          redirect: 'error'
        }),
      socket: (path, protocols) =>
        new WebSocket(addressBelow(URLExt.join(wsUrl, below), path) + login, protocols)
    };
  }

  private _ask(path: string, method?: string, body?: unknown): Promise<unknown> {
    return request(this, `${API}/${path}`, method, body);
  }

  /** Ask for something that is done once, however often it has to be sent. */
  private _change(path: string, method: string, body?: unknown): Promise<unknown> {
    const send = (headers: Record<string, string>) => request(this, `${API}/${path}`, method, body, headers);
    return once(send, this.trans, this._pausesMs);
  }
}

function clusterPath(id: string, ...parts: string[]): string {
  return ['clusters', encodeURIComponent(id), ...parts].join('/');
}
