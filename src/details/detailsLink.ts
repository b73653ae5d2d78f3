import { URLExt } from '@jupyterlab/coreutils';
import type { ReadonlyJSONObject, ReadonlyPartialJSONObject } from '@lumino/coreutils';

/** `…/lab?dask-cluster=ocean-3f9c&dask-section=logs` opens the logs of that cluster. */
const PREFIX = 'dask-';
const OPTIONAL = ['section', 'job'] as const;

/** Not the user's own workspace, whose notebooks need not be loaded to look at a cluster. */
const WORKSPACE = 'lab/workspaces/dask-slurm';

/** @returns the address at which JupyterLab opens the details of a cluster. */
export function detailsLink(baseUrl: string, cluster: string, args: ReadonlyPartialJSONObject = {}): string {
  const query = new URLSearchParams({ [`${PREFIX}cluster`]: cluster });
  for (const name of OPTIONAL) {
    const value = args[name];
    if (typeof value === 'string') {
      query.set(PREFIX + name, value);
    }
  }
  return `${URLExt.join(baseUrl, WORKSPACE)}?${query.toString()}`;
}

/** @returns the arguments of the command that opens the details, null where the address asks for none. */
export function readDetailsLink(search: string): ReadonlyJSONObject | null {
  const query = new URLSearchParams(search);
  const cluster = query.get(`${PREFIX}cluster`);
  if (!cluster) {
    return null;
  }
  const more = OPTIONAL.flatMap(name => {
    const value = query.get(PREFIX + name);
    return value ? [[name, value] as const] : [];
  });
  return { cluster, ...Object.fromEntries(more) };
}
