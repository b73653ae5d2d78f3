import type { ReadonlyJSONObject } from '@lumino/coreutils';

const MODES = ['split-top', 'split-left', 'split-right', 'split-bottom', 'tab-before', 'tab-after'] as const;

/** Where a pane goes: beside what is open, or beside the pane of another page. */
export interface IPlace {
  readonly mode: (typeof MODES)[number];
  readonly ref: string | null;
}

/** Where each page goes, by its path; the form of dask-labextension's setting `defaultLayout`. */
export type Layout = Readonly<Record<string, IPlace>>;

/** One pane to be opened. */
export interface IStep extends IPlace {
  readonly plot: string;
}

/** What one looks at while something computes: tasks, how far they are, and what the workers hold. */
export const DEFAULT_LAYOUT: Layout = {
  'individual-task-stream': { mode: 'split-right', ref: null },
  'individual-progress': { mode: 'split-bottom', ref: 'individual-task-stream' },
  'individual-workers-memory': { mode: 'split-right', ref: 'individual-progress' }
};

/** @returns a layout as it was written into settings; what is not understood is left out. */
export function readLayout(value: unknown): Layout {
  const entries = Object.entries((value ?? {}) as ReadonlyJSONObject).flatMap(([plot, place]) => {
    const { mode, ref } = (place ?? {}) as ReadonlyJSONObject;
    const known = MODES.find(candidate => candidate === mode) ?? 'split-right';
    return /^(statics\/)?[\w-]+(\.html)?$/.test(plot)
      ? [[plot, { mode: known, ref: typeof ref === 'string' ? ref : null }]]
      : [];
  });
  return Object.fromEntries(entries) as Layout;
}

/** @returns the panes in an order in which each one's neighbour is there before it. */
export function layoutSteps(layout: Layout): IStep[] {
  const steps: IStep[] = [];
  const add = (plot: string, before: readonly string[]): void => {
    const { mode, ref } = layout[plot];
    if (steps.some(step => step.plot === plot)) {
      return;
    }
    // A neighbour that is no part of the layout, or waits for this one, is none.
    const neighbour = ref !== null && ref in layout && !before.includes(ref) ? ref : null;
    if (neighbour !== null) {
      add(neighbour, [...before, plot]);
    }
    steps.push({ plot, mode, ref: neighbour });
  };
  Object.keys(layout).forEach(plot => add(plot, [plot]));
  return steps;
}

/** A part of the main area, as JupyterLab tells it. */
export type Area<W> =
  | { readonly type: 'tab-area'; readonly widgets: readonly W[] }
  | {
      readonly type: 'split-area';
      readonly orientation: 'horizontal' | 'vertical';
      readonly children: readonly Area<W>[];
    };

/**
 * @returns how the panes lie in the main area, so that they can be laid out like that again.
 *
 * @param plotOf - the page that a widget shows, null where it is no pane of that cluster.
 */
export function layoutOf<W>(area: Area<W>, plotOf: (widget: W) => string | null): Layout {
  const layout: Record<string, IPlace> = {};
  const plots = (part: Area<W>): string[] =>
    part.type === 'tab-area'
      ? part.widgets.map(plotOf).filter(plot => plot !== null)
      : part.children.flatMap(plots);
  const inside = (part: Area<W>): void => {
    if (part.type === 'tab-area') {
      const [first, ...others] = plots(part);
      others.forEach(plot => (layout[plot] = { mode: 'tab-after', ref: first }));
      return;
    }
    const mode = part.orientation === 'horizontal' ? 'split-right' : 'split-bottom';
    const parts = part.children.filter(child => plots(child).length > 0);
    // First each part's first pane beside that of the part before, then what those parts hold.
    parts.slice(1).forEach((child, index) => {
      layout[plots(child)[0]] = { mode, ref: plots(parts[index])[0] };
    });
    parts.forEach(inside);
  };
  const [first] = plots(area);
  if (first !== undefined) {
    layout[first] = { mode: 'split-right', ref: null };
    inside(area);
  }
  return layout;
}
