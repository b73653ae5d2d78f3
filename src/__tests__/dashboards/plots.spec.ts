import { nullTranslator } from '@jupyterlab/translation';

import { groupPlots, listedPlots, paletteArgs, plotTitle } from '../../dashboards/plots';

const trans = nullTranslator.load('jupyter_dask_slurm');

const plots = [
  'Tea Leaves',
  'Graph',
  'GPU Memory',
  'GPU Tea Leaves',
  'Progress',
  'Bandwidth Types',
  'Task Stream',
  'Nprocessing',
  'Workers Network',
  'Profile Server'
].map(title => ({ title, path: `individual-${title.toLowerCase().replace(/ /g, '-')}` }));

describe('groupPlots', () => {
  const favourites = ['individual-task-stream', 'individual-no-more-there', 'individual-progress'];
  const listed = (query: string, gpus: boolean): Record<string, readonly string[]> =>
    Object.fromEntries(
      groupPlots(listedPlots(plots, trans), { query, gpus, favourites }).map(({ group, plots: pages }) => [
        group,
        pages.map(({ title }) => title)
      ])
    );

  it('has favourites first, in their own order, then each page that is there in the group that it is about', () => {
    expect(listed('', true)).toEqual({
      favourites: ['Task Stream', 'Progress'],
      overview: ['Status'],
      tasks: ['Task Graph', 'Tasks in Hand'],
      communication: ['Workers Network', 'Bandwidth by Type'],
      gpu: ['GPU Memory', 'GPU Tea Leaves'],
      system: ['Scheduler Profile'],
      other: ['Tea Leaves']
    });
    expect(Object.keys(listed('', true))[0]).toBe('favourites');
  });

  it('has no GPU plots without a GPU', () => {
    expect(listed('memory', true)).toHaveProperty('gpu');
    expect(listed('memory', false)).not.toHaveProperty('gpu');
  });

  it('searches in titles and in what they show, whatever their case', () => {
    expect(listed(' task GRA', false)).toEqual({ tasks: ['Task Graph'] });
    expect(listed('spends', false)).toEqual({ system: ['Scheduler Profile'] });
  });
});

describe('plotTitle', () => {
  it('is that of the table, else made of the path', () => {
    expect(plotTitle('individual-nprocessing', trans)).toBe('Tasks in Hand');
    expect(plotTitle('individual-tea-leaves', trans)).toBe('Tea Leaves');
    expect(plotTitle('individual-cup.html', trans)).toBe('Cup');
  });
});

describe('paletteArgs', () => {
  it('has each page once, with a name and a line of its own', () => {
    const all = paletteArgs(trans);
    expect(all.length).toBeGreaterThan(25);
    for (const key of ['plot', 'title', 'about']) {
      expect(new Set(all.map(args => args[key])).size).toBe(all.length);
    }
  });
});
