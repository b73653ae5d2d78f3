import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyJSONObject } from '@lumino/coreutils';

import type { IPlot } from '../api/client';
import { IPlotEntry, PlotGroup, plotTable } from './plotTable';

/** A page of the dashboard, as it is listed. */
export interface IListedPlot extends IPlotEntry {
  readonly path: string;
}

/** Pages that are listed below one heading. */
export interface IPlotGroup {
  readonly group: PlotGroup | 'favourites';
  readonly plots: readonly IListedPlot[];
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

/** @returns what a page is called. */
export function plotTitle(path: string, trans: TranslationBundle): string {
  return plotTable(trans).get(path)?.title ?? titleOf(path);
}

/** @returns the status page, which Dask does not count among its individual plots, and those that a dashboard has. */
export function listedPlots(plots: readonly IPlot[], trans: TranslationBundle): readonly IListedPlot[] {
  const table = plotTable(trans);
  const there = new Set(['status', ...plots.map(({ path }) => path)]);
  const known = [...table].filter(([path]) => there.has(path)).map(([path, entry]) => ({ path, ...entry }));
  const unknown = plots.filter(({ path }) => !table.has(path)).map(({ path, title }) => newPlot(path, title));
  return [...known, ...unknown];
}

/** @returns what each page is opened with from the command palette. */
export function paletteArgs(trans: TranslationBundle): readonly ReadonlyJSONObject[] {
  return [...plotTable(trans)]
    .filter(([, { group }]) => group !== 'gpu')
    .map(([plot, { title, about }]) => ({ plot, title, about, isPalette: true }));
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

/** @returns the plots that match: favourites, then group by group. */
export function groupPlots(plots: readonly IListedPlot[], filter: IPlotFilter): readonly IPlotGroup[] {
  const { favourites, gpus } = filter;
  const query = filter.query.trim().toLowerCase();
  const shown = plots
    .filter(({ group }) => gpus || group !== 'gpu')
    .filter(({ title, about }) => `${title}\n${about}`.toLowerCase().includes(query));
  const first = favourites.flatMap(path => shown.filter(plot => plot.path === path));
  const others = shown.filter(plot => !favourites.includes(plot.path));
  return [
    { group: 'favourites' as const, plots: first },
    ...ORDER.map(group => ({ group, plots: others.filter(plot => plot.group === group) }))
  ].filter(({ plots: listed }) => listed.length > 0);
}

/** A page that this version does not know: of a newer Dask. */
function newPlot(path: string, title: string): IListedPlot {
  return { path, title, about: '', group: /gpu|rmm/.test(path) ? 'gpu' : 'other' };
}

/** As Dask names it, for example `Tea Leaves`. */
function titleOf(path: string): string {
  const words = path
    .replace(/^individual-/, '')
    .replace(/\.html$/, '')
    .split('-');
  return words.map(word => word.charAt(0).toUpperCase() + word.slice(1)).join(' ');
}
