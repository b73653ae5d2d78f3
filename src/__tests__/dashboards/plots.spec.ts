import { arrangePlots } from '../../dashboards/plots';

const plots = [
  { title: 'Graph', path: 'individual-graph' },
  { title: 'GPU Memory', path: 'individual-gpu-memory' },
  { title: 'Progress', path: 'individual-progress' },
  { title: 'Bandwidth Types', path: 'individual-bandwidth-types' },
  { title: 'Task Stream', path: 'individual-task-stream' }
];

describe('arrangePlots', () => {
  const titles = (query: string, gpus: boolean): string[] =>
    arrangePlots(plots, { query, gpus }).map(({ title }) => title);

  it('has favourites first, the others by title, and no GPU plots without a GPU', () => {
    expect(titles('', false)).toEqual(['Task Stream', 'Progress', 'Bandwidth Types', 'Graph']);
    expect(titles('', true)).toContain('GPU Memory');
  });

  it('searches in titles, whatever their case', () => {
    expect(titles(' GRA', false)).toEqual(['Graph']);
  });
});
