import { groupPlots } from '../../dashboards/plots';

const plots = [
  'Graph',
  'GPU Memory',
  'RMM Memory',
  'Progress',
  'Bandwidth Types',
  'Task Stream',
  'Workers Network',
  'Workers Memory',
  'Profile Server',
  'Tea Leaves'
].map(title => ({ title, path: `individual-${title.toLowerCase().replace(' ', '-')}` }));

describe('groupPlots', () => {
  const favourites = ['individual-task-stream', 'individual-no-more-there', 'individual-progress'];
  const listed = (query: string, gpus: boolean): Record<string, readonly string[]> =>
    Object.fromEntries(
      groupPlots(plots, { query, gpus, favourites }).map(({ group, plots: pages }) => [
        group,
        pages.map(({ title }) => title)
      ])
    );

  it('has favourites first, in their own order, then each other page in the group that it is about', () => {
    expect(listed('', true)).toEqual({
      favourites: ['Task Stream', 'Progress'],
      tasks: ['Graph'],
      workers: ['Workers Memory'],
      communication: ['Bandwidth Types', 'Workers Network'],
      gpu: ['GPU Memory', 'RMM Memory'],
      system: ['Profile Server'],
      other: ['Tea Leaves']
    });
    expect(Object.keys(listed('', true))[0]).toBe('favourites');
  });

  it('has no GPU plots without a GPU', () => {
    expect(listed('memory', false)).toEqual({ workers: ['Workers Memory'] });
  });

  it('searches in titles, whatever their case', () => {
    expect(listed(' GRA', false)).toEqual({ tasks: ['Graph'] });
  });
});
