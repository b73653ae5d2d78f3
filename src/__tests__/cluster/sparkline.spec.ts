import { outline } from '../../cluster/sparkline';
import { TREND_MS } from '../../model/trends';

const NOW = 1_000_000_000;
const at = (ago: number, cpu: number) => ({ time: NOW - ago, cpu, memory: 0 });

describe('outline', () => {
  it('is empty where nothing is known', () => {
    expect(outline([], 'cpu', NOW)).toBe('');
  });

  it('goes in steps from left to right, high values at the top', () => {
    expect(outline([at(TREND_MS, 0), at(TREND_MS / 2, 1)], 'cpu', NOW)).toBe('M0 19.5H50V0.5H100');
  });

  it('begins at the left edge with what is older', () => {
    expect(outline([at(2 * TREND_MS, 1)], 'cpu', NOW)).toBe('M0 0.5H100');
  });
});
