import type { TranslationBundle } from '@jupyterlab/translation';

import type { IPlot } from '../api/client';

/** What people look at most, in the order in which they are offered. */
const FAVOURITES = [
  'status',
  'individual-task-stream',
  'individual-progress',
  'individual-workers-memory',
  'individual-cluster-memory',
  'individual-cpu'
];

export interface IPlotFilter {
  readonly query: string;
  /** Whether the cluster has GPUs; without any, their plots stay away. */
  readonly gpus: boolean;
}

/** @returns the page of the dashboard that Dask does not count among its individual plots. */
export function statusPage(trans: TranslationBundle): IPlot {
  return { title: trans.__('Status'), path: 'status' };
}

/** @returns what a page is called, from its path; as Dask names it, for example `Task Stream`. */
export function plotTitle(path: string): string {
  const words = path
    .replace(/^individual-/, '')
    .replace(/\.html$/, '')
    .split('-');
  return words.map(word => word.charAt(0).toUpperCase() + word.slice(1)).join(' ');
}

/** @returns the plots that match, favourites first, the others by title. */
export function arrangePlots(plots: readonly IPlot[], filter: IPlotFilter): readonly IPlot[] {
  const query = filter.query.trim().toLowerCase();
  return [...plots]
    .filter(plot => filter.gpus || !plot.path.includes('gpu'))
    .filter(plot => plot.title.toLowerCase().includes(query))
    .sort((a, b) => rank(a) - rank(b) || a.title.localeCompare(b.title));
}

function rank({ path }: IPlot): number {
  const index = FAVOURITES.indexOf(path);
  return index === -1 ? FAVOURITES.length : index;
}
