import type { TranslationBundle } from '@jupyterlab/translation';

import type { IPlot } from '../api/client';

/** What a page of the dashboard is about. */
export type PlotGroup = 'overview' | 'tasks' | 'workers' | 'communication' | 'gpu' | 'system' | 'other';

/** Pages that are listed below one heading. */
export interface IPlotGroup {
  readonly group: PlotGroup | 'favourites';
  readonly plots: readonly IPlot[];
}

export interface IPlotFilter {
  readonly query: string;
  /** Whether the cluster has GPUs; without any, their plots stay away. */
  readonly gpus: boolean;
  /** The paths of pages that are listed first, in the order in which they are. */
  readonly favourites: readonly string[];
}

/** The groups in the order in which they are listed. */
const ORDER: readonly PlotGroup[] = [
  'overview',
  'tasks',
  'workers',
  'communication',
  'gpu',
  'system',
  'other'
];

/** By words in the path of a page, the first that fits: "workers network" is about communication. */
const ABOUT: readonly (readonly [RegExp, PlotGroup])[] = [
  [/gpu|rmm/, 'gpu'],
  [/network|bandwidth|transfer|shuffl|stealing/, 'communication'],
  [/system|profile|contention|hardware|events|counters/, 'system'],
  [/workers|memory|cpu/, 'workers'],
  [/^status$|^individual-(group-)?progress$/, 'overview'],
  [/task|graph|groups|exceptions|nprocessing|occupancy|compute-time|aggregate-time|performance/, 'tasks']
];

/** @returns the page of the dashboard that Dask does not count among its individual plots. */
export function statusPage(trans: TranslationBundle): IPlot {
  return { title: trans.__('Status'), path: 'status' };
}

/** @returns what a group is called. */
export function groupTitle(group: IPlotGroup['group'], trans: TranslationBundle): string {
  const titles = {
    favourites: trans.__('Favourites'),
    overview: trans.__('Overview'),
    tasks: trans.__('Tasks'),
    workers: trans.__('Workers and memory'),
    communication: trans.__('Communication'),
    gpu: trans.__('GPU'),
    system: trans.__('System'),
    other: trans.__('Other')
  };
  return titles[group];
}

/** @returns the plots that match: favourites, then group by group in the order of their titles. */
export function groupPlots(plots: readonly IPlot[], filter: IPlotFilter): readonly IPlotGroup[] {
  const { favourites, gpus } = filter;
  const query = filter.query.trim().toLowerCase();
  const shown = plots
    .filter(plot => gpus || groupOf(plot) !== 'gpu')
    .filter(plot => plot.title.toLowerCase().includes(query))
    .sort((a, b) => a.title.localeCompare(b.title));
  const first = favourites.flatMap(path => shown.filter(plot => plot.path === path));
  const others = shown.filter(plot => !favourites.includes(plot.path));
  return [
    { group: 'favourites' as const, plots: first },
    ...ORDER.map(group => ({ group, plots: others.filter(plot => groupOf(plot) === group) }))
  ].filter(({ plots }) => plots.length > 0);
}

function groupOf({ path }: IPlot): PlotGroup {
  return ABOUT.find(([words]) => words.test(path))?.[1] ?? 'other';
}
