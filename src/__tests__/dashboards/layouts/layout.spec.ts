import { Area, DEFAULT_LAYOUT, layoutOf, layoutSteps, readLayout } from '../../../dashboards/layouts/layout';

const split = (orientation: 'horizontal' | 'vertical', ...children: Area<string>[]): Area<string> => ({
  type: 'split-area',
  orientation,
  children
});
const tabs = (...widgets: string[]): Area<string> => ({ type: 'tab-area', widgets });
/** In these areas a pane is named after its page, and what is no pane begins with a sign. */
const plotOf = (widget: string) => (widget.startsWith('-') ? null : widget);

describe('readLayout', () => {
  it('takes what dask-labextension takes', () => {
    const theirs = {
      'individual-task-stream': { mode: 'split-right', ref: null },
      'individual-progress': { mode: 'tab-after', ref: 'individual-task-stream' }
    };
    expect(readLayout(theirs)).toEqual(theirs);
  });

  it('makes the best of what was written by hand', () => {
    expect(readLayout({ progress: { mode: 'above' }, '../../etc': {}, 'task-stream': null })).toEqual({
      progress: { mode: 'split-right', ref: null },
      'task-stream': { mode: 'split-right', ref: null }
    });
    expect(readLayout(undefined)).toEqual({});
  });
});

describe('layoutSteps', () => {
  it('opens each pane after the one it lies beside', () => {
    const layout = readLayout({ a: { mode: 'split-left', ref: 'b' }, b: { mode: 'split-right' } });
    expect(layoutSteps(layout).map(({ plot }) => plot)).toEqual(['b', 'a']);
  });

  it('opens panes that wait for each other, or for one that is not there', () => {
    const layout = readLayout({ a: { ref: 'b' }, b: { ref: 'a' }, c: { ref: 'nowhere' } });
    expect(layoutSteps(layout).map(({ plot, ref }) => [plot, ref])).toEqual([
      ['b', null],
      ['a', 'b'],
      ['c', null]
    ]);
  });
});

describe('layoutOf', () => {
  it('is the same again for a layout that was opened', () => {
    const [stream, progress, memory] = Object.keys(DEFAULT_LAYOUT);
    const area = split(
      'horizontal',
      tabs('-notebook'),
      split('vertical', tabs(stream), split('horizontal', tabs(progress), tabs(memory)))
    );
    expect(layoutOf(area, plotOf)).toEqual(DEFAULT_LAYOUT);
  });

  it('knows panes that share a place', () => {
    expect(layoutOf(tabs('-notebook', 'a', 'b'), plotOf)).toEqual({
      a: { mode: 'split-right', ref: null },
      b: { mode: 'tab-after', ref: 'a' }
    });
  });

  it('is empty where no pane is open', () => {
    expect(layoutOf(tabs('-notebook'), plotOf)).toEqual({});
  });
});
