import { Signal } from '@lumino/signaling';

import { Cluster, cluster as read } from '../../api/contract';
import { Happenings } from '../../model/happenings';
import type { IClusterManager } from '../../tokens';
import { sample } from '../samples';

const MINUTE = 60_000;
const NOW = Date.parse('2026-11-20T21:00:00Z');
const NO_JOBS = { plan: 4, queued: 0, starting: 0, working: 0, missing: 0, leaving: 0 };
const plain: Cluster = { ...read(sample('cluster-running')), jobs: NO_JOBS, waiting: null, expires_at: null };
const queued: Cluster = { ...plain, jobs: { ...NO_JOBS, queued: 4 } };
const working: Cluster = { ...plain, jobs: { ...NO_JOBS, queued: 3, working: 1 } };
const away: Cluster = { ...plain, jobs: { ...NO_JOBS, missing: 4 } };
const later = (minutes: number) => new Date(Date.now() + minutes * MINUTE).toISOString();

/** As much of the model as is looked at. */
class Clusters {
  readonly changed = new Signal<this, void>(this);
  clusters: readonly Cluster[] = [];

  get(id: string): Cluster | undefined {
    return this.clusters.find(cluster => cluster.id === id);
  }

  show(...clusters: Cluster[]): void {
    this.clusters = clusters;
    this.changed.emit();
  }
}

describe('what happens to clusters', () => {
  let clusters: Clusters;
  let happenings: Happenings;
  let told: string[];

  beforeEach(() => {
    jest.useFakeTimers({ now: NOW });
    clusters = new Clusters();
    told = [];
  });

  afterEach(() => {
    happenings.dispose();
    expect(jest.getTimerCount()).toBe(0);
    jest.useRealTimers();
  });

  /** The page is loaded while there are these. */
  function begin(...before: Cluster[]): void {
    clusters.clusters = before;
    happenings = new Happenings(clusters as unknown as IClusterManager);
    happenings.happened.connect((_, { kind, cluster }) => told.push(`${cluster.name} ${kind}`));
  }

  it('tells once that jobs that waited have started, whenever more of them do', () => {
    begin(queued);
    clusters.show(working);
    clusters.show({ ...working, jobs: { ...NO_JOBS, working: 4 } });
    clusters.show(queued);
    clusters.show(working);
    expect(told).toEqual(['ocean started']);
  });

  it('tells nothing of what was so when the page was loaded', () => {
    const lost = { ...away, id: 'lake', status: 'lost' } as const;
    begin(working, { ...away, id: 'pond' }, lost, { ...working, id: 'sea', expires_at: later(5) });
    clusters.show(...clusters.clusters);
    jest.advanceTimersByTime(60 * MINUTE);
    expect(told).toEqual([]);
  });

  it('tells nothing of jobs that never waited', () => {
    begin();
    clusters.show(plain);
    clusters.show(working);
    expect(told).toEqual([]);
  });

  it('tells once that all workers are lost, and again where they were back', () => {
    begin(working);
    clusters.show(away);
    expect(told).toEqual([]);
    jest.advanceTimersByTime(MINUTE);
    clusters.show(away);
    jest.advanceTimersByTime(MINUTE);
    expect(told).toEqual(['ocean lost']);
    clusters.show(working);
    clusters.show(queued);
    jest.advanceTimersByTime(MINUTE);
    expect(told).toEqual(['ocean lost', 'ocean lost']);
  });

  it('tells nothing of workers that come back soon, as where a client restarts them', () => {
    begin(working);
    clusters.show(away);
    jest.advanceTimersByTime(20_000);
    clusters.show(working);
    jest.advanceTimersByTime(MINUTE);
    expect(told).toEqual([]);
  });

  it.each([
    ['stopped by its user', { ...plain, status: 'stopping' }],
    ['without jobs, as adaptive ones are', { ...plain, jobs: { ...NO_JOBS, plan: 0 } }],
    ['of which only the record is known', { ...plain, controller: { ...plain.controller, reachable: false } }]
  ] as [string, Cluster][])('does not call lost what is %s', (_, next) => {
    begin(working);
    clusters.show(next);
    jest.advanceTimersByTime(MINUTE);
    clusters.show();
    expect(told).toEqual([]);
  });

  it('tells at once where the controller is lost, and once', () => {
    begin(working);
    clusters.show({ ...away, status: 'lost' });
    clusters.show({ ...away, status: 'lost', updated_at: later(1) });
    expect(told).toEqual(['ocean lost']);
  });

  describe('by walltime', () => {
    const ending = (minutes: number): Cluster => ({
      ...working,
      options: { ...working.options, keep_jobs: false },
      expires_at: later(minutes)
    });

    it('tells once 15 minutes before, though Slurm’s times waver', () => {
      begin(ending(60));
      jest.advanceTimersByTime(44 * MINUTE);
      clusters.show(ending(16.1));
      expect(told).toEqual([]);
      jest.advanceTimersByTime(2 * MINUTE);
      expect(told).toEqual(['ocean ending']);
      clusters.show(ending(13.9));
      jest.advanceTimersByTime(20 * MINUTE);
      expect(told).toEqual(['ocean ending']);
    });

    it('tells halfway where less is left, and not as soon as it has begun', () => {
      begin();
      clusters.show(ending(10));
      jest.advanceTimersByTime(4 * MINUTE);
      expect(told).toEqual([]);
      jest.advanceTimersByTime(2 * MINUTE);
      expect(told).toEqual(['ocean ending']);
    });

    it('tells of months as well, and of the controller’s own job', () => {
      begin({ ...working, controller: { ...working.controller, ends_at: later(60 * 24 * 60) } });
      jest.advanceTimersByTime(59 * 24 * 60 * MINUTE);
      expect(told).toEqual([]);
      jest.advanceTimersByTime(24 * 60 * MINUTE);
      expect(told).toEqual(['ocean ending']);
    });

    it('tells nothing where other jobs take the place of those that end, or where it ends before', () => {
      begin(
        { ...ending(60), options: { ...working.options, keep_jobs: true } },
        { ...ending(60), id: 'pond' }
      );
      jest.advanceTimersByTime(10 * MINUTE);
      clusters.show(clusters.clusters[0]);
      jest.advanceTimersByTime(60 * MINUTE);
      expect(told).toEqual([]);
    });
  });
});
