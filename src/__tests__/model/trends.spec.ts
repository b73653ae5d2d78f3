import { Signal } from '@lumino/signaling';

import type { Cluster } from '../../api/contract';
import { cluster as readCluster } from '../../api/contract';
import { TREND_MS, Trends } from '../../model/trends';
import type { IClusterManager } from '../../tokens';
import { sample } from '../samples';

const ocean = readCluster(sample('cluster-running'));

/** As much of the model as a trend looks at. */
class Clusters {
  readonly changed = new Signal<this, void>(this);
  clusters: readonly Cluster[] = [];

  show(...clusters: Cluster[]): void {
    this.clusters = clusters;
    this.changed.emit();
  }
}

describe('Trends', () => {
  let clusters: Clusters;
  let now: number;
  let trends: Trends;

  beforeEach(() => {
    clusters = new Clusters();
    now = 1_000_000_000;
    trends = new Trends(clusters as unknown as IClusterManager, () => now);
  });

  const show = (cpu_percent: number | null, at: number) => {
    now = 1_000_000_000 + at;
    clusters.show({ ...ocean, cpu_percent, memory_bytes: 100, memory_used_bytes: 25 });
  };

  it('keeps what events tell, as shares of the whole', () => {
    show(0, 0);
    show(80, 5000);
    expect(trends.of(ocean.id).map(({ cpu, memory }) => [cpu, memory])).toEqual([
      [0, 0.25],
      [0.8, 0.25]
    ]);
  });

  it('has no sample where nothing moved', () => {
    show(10, 0);
    show(10, 5000);
    expect(trends.of(ocean.id)).toHaveLength(1);
  });

  it('forgets what is older than ten minutes, but for the value that still holds then', () => {
    show(10, 0);
    show(20, 1000);
    show(30, 2000);
    show(40, TREND_MS + 1500);
    expect(trends.of(ocean.id).map(({ cpu }) => cpu)).toEqual([0.2, 0.3, 0.4]);
  });

  it('counts numbers that are not known as none, and forgets clusters that have left', () => {
    show(null, 0);
    expect(trends.of(ocean.id)[0].cpu).toBe(0);
    clusters.show();
    expect(trends.of(ocean.id)).toEqual([]);
  });
});
