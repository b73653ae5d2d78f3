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

/** What the command line is held to as well. */
const WORDS = sample('words/states') as {
  problems: Record<string, Partial<Problem>>;
  cases: { word: string; jobs: Partial<Cluster['jobs']>; problems?: string[]; cluster?: Partial<Cluster> }[];
};

describe('statusWord', () => {
  it.each(WORDS.cases)('$word: $jobs, $problems', ({ word, jobs, problems = [], cluster }) => {
    const [problem] = ocean.problems;
    const told = problems.map(code => ({ ...problem, code, ...WORDS.problems[code] }));
    const having = { ...ocean, jobs: { ...NONE, ...jobs }, problems: told, ...cluster };
    expect(statusWord(having, trans)).toBe(word);
    expect(briefWords(having, trans)).toMatch(word);
  });

  it('says where a controller cannot be asked', () => {
    expect(statusWord(readCluster(sample('cluster-remote')), trans)).toBe('out of reach');
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
      problems: [{ ...ocean.problems[0], ...WORDS.problems.submit_refused }]
    };
    expect(overview([refused, refused, stuck], trans)).toBe('3 clusters: 2 queued · 2 refused · 1 stuck');
  });
});
