import { nullTranslator } from '@jupyterlab/translation';

import type { Cluster, Problem } from '../../api/contract';
import { cluster as readCluster } from '../../api/contract';
import { briefWords, canBeChanged, isOutOfReach, overview, phaseWords, statusWord } from '../../model/status';
import { sample } from '../samples';

const trans = nullTranslator.load('jupyter_dask_slurm');
const ocean = readCluster(sample('cluster-running'));

describe('canBeChanged', () => {
  const remote = readCluster(sample('cluster-remote'));

  it('is so for a cluster of this host, also before its controller answers', () => {
    expect(canBeChanged(ocean)).toBe(true);
    expect(canBeChanged({ ...remote, status: 'starting' })).toBe(true);
  });

  it('is not for one of another host, nor for one that has ended', () => {
    expect(isOutOfReach(remote)).toBe(true);
    expect(canBeChanged(remote)).toBe(false);
    expect(canBeChanged(readCluster(sample('cluster-stopped')))).toBe(false);
  });
});

const NONE = { plan: 0, queued: 0, starting: 0, working: 0, missing: 0, leaving: 0 };

/** As the catalogue has them. */
const ABOUT: Record<string, Partial<Problem>> = {
  submit_refused: { severity: 'error', remedies: ['change_options', 'try_again'], no_workers: false },
  submit_postponed: { severity: 'warning', remedies: ['try_again'], no_workers: false },
  jobs_fail: { severity: 'error', remedies: ['try_again', 'read_log', 'change_options'], no_workers: true },
  never_starts: { severity: 'error', remedies: ['change_options'], no_workers: true },
  no_connection: { severity: 'error', remedies: ['read_log', 'change_options'], no_workers: true },
  worker_killed: { severity: 'error', remedies: ['change_options'], no_workers: false },
  storage: { severity: 'error', remedies: [], no_workers: true }
};

describe('statusWord', () => {
  const having = (jobs: Partial<Cluster['jobs']>, ...codes: string[]): Cluster => {
    const [problem] = ocean.problems;
    const problems = codes.map(code => ({ ...problem, code, ...ABOUT[code] }));
    return { ...ocean, jobs: { ...NONE, ...jobs }, problems };
  };

  it.each<[string, Cluster]>([
    ['working', having({ plan: 4, working: 1, queued: 3 }, 'never_starts')],
    ['waiting', having({ plan: 4, queued: 4 })],
    ['starting', having({ plan: 4, queued: 3, starting: 1 })],
    ['starting', having({ plan: 4 })],
    ['refused', having({ plan: 4 }, 'submit_refused')],
    ['waiting', having({ plan: 4 }, 'submit_postponed')],
    ['stuck', having({ plan: 4, queued: 4 }, 'never_starts')],
    ['stuck', having({ plan: 4, starting: 4 }, 'no_connection')],
    ['stuck', having({ plan: 4 }, 'jobs_fail')],
    ['stuck', having({ plan: 4 }, 'storage')],
    ['stuck', having({ plan: 4, missing: 4 })],
    // Its replacement has its turn in the queue.
    ['waiting', having({ plan: 1, queued: 1 }, 'worker_killed')],
    ['starting', having({ plan: 1, starting: 1 }, 'worker_killed')],
    ['stuck', having({ plan: 1, queued: 1 }, 'worker_killed', 'never_starts')],
    // Slurm has taken some of them.
    ['waiting', having({ plan: 4, queued: 2 }, 'submit_refused')],
    ['leaving', having({ leaving: 2 })],
    ['no jobs', having({})],
    ['no jobs', having({}, 'submit_refused')],
    ['starting', { ...having({ plan: 4 }), status: 'starting', waiting: null }],
    ['waiting', { ...having({ plan: 4 }), status: 'starting' }],
    ['stopping', { ...having({ working: 4 }), status: 'stopping' }],
    ['lost', { ...having({}), status: 'lost' }],
    ['out of reach', readCluster(sample('cluster-remote'))]
  ])('%s', (word, cluster) => {
    expect(statusWord(cluster, trans)).toBe(word);
    expect(briefWords(cluster, trans)).toMatch(word);
  });

  it('is never one of running, whatever it has', () => {
    expect(statusWord(ocean, trans)).toBe('working');
    expect(briefWords(ocean, trans)).toBe('3 working · 1 queued');
  });
});

describe('phaseWords', () => {
  const with_ = (changes: Partial<Cluster>): Cluster => ({ ...ocean, ...changes });

  it('counts jobs by phase, and leaves out what is none', () => {
    expect(phaseWords(ocean, trans)).toBe('3 working · 1 queued');
    const jobs = { ...NONE, plan: 2 };
    expect(phaseWords(with_({ jobs }), trans)).toBe('2 jobs to be submitted');
    expect(phaseWords(with_({ jobs: { ...jobs, plan: 0 } }), trans)).toBe('No jobs');
  });
});

describe('overview', () => {
  it('sums up the clusters that live', () => {
    const failed = readCluster(sample('cluster-failed'));
    expect(overview([ocean, ocean, failed], trans)).toBe('2 clusters: 6 working · 2 queued');
  });

  it('says no more than there is', () => {
    expect(overview([], trans)).toBe('0 clusters');
    expect(overview([{ ...ocean, jobs: NONE }], trans)).toBe('1 cluster: no jobs');
  });

  it('says of clusters what their jobs do not', () => {
    const stuck = { ...ocean, jobs: { ...NONE, plan: 2, queued: 2 } };
    expect(overview([ocean, stuck], trans)).toBe('2 clusters: 3 working · 3 queued · 1 stuck');
    expect(overview([stuck], trans)).toBe('1 cluster: 2 queued · stuck');
    const refused = {
      ...stuck,
      jobs: { ...NONE, plan: 2 },
      problems: [{ ...ocean.problems[0], ...ABOUT.submit_refused }]
    };
    expect(overview([refused, refused, stuck], trans)).toBe('3 clusters: 2 queued · 2 refused · 1 stuck');
  });
});
