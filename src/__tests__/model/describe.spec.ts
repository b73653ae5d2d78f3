import { nullTranslator } from '@jupyterlab/translation';

import type { Cluster } from '../../api/validate';
import { cluster as readCluster } from '../../api/validate';
import * as describeModel from '../../model/describe';
import { sample } from '../contract';

const trans = nullTranslator.load('jupyter_dask_slurm');
const ocean = readCluster(sample('cluster-running'));

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1024, '1 KiB'],
    [1536 * 1024, '1.5 MiB'],
    [51539607552, '48 GiB'],
    [1000 * 1024 ** 3, '1 TiB']
  ])('%d is %s', (bytes, text) => {
    expect(describeModel.formatBytes(bytes)).toBe(text);
  });
});

describe('formatSpan', () => {
  it.each([
    [-5, 'less than 1 min'],
    [20, 'less than 1 min'],
    [60, '1 min'],
    [3600, '1 h'],
    [3660, '1 h 1 min'],
    [12 * 3600 + 300, '12 h'],
    [86400, '1 d'],
    [172800 + 7200, '2 d 2 h']
  ])('%d s is %s', (seconds, text) => {
    expect(describeModel.formatSpan(seconds, trans)).toBe(text);
  });
});

describe('what a card says', () => {
  const with_ = (changes: Partial<Cluster>): Cluster => ({ ...ocean, ...changes });

  it('names what the cluster is made of', () => {
    expect(describeModel.composition(ocean, trans)).toEqual(['normal', '4 jobs × 8 cores', '16 GiB each']);
    expect(describeModel.composition(with_({ expires_at: null }), trans)).toContain('12 h');
    expect(describeModel.composition(with_({ backend: 'local' }), trans)[0]).toBe('this machine');
    const options = { ...ocean.options, partition: null };
    expect(describeModel.composition(with_({ options }), trans, 'short')[0]).toBe('short');
  });

  it('counts jobs by phase, and leaves out what is none', () => {
    expect(describeModel.phaseWords(ocean, trans)).toBe('3 working · 1 queued');
    const jobs = { plan: 2, queued: 0, starting: 0, working: 0, missing: 0 };
    expect(describeModel.phaseWords(with_({ jobs }), trans)).toBe('2 jobs to be submitted');
    expect(describeModel.phaseWords(with_({ jobs: { ...jobs, plan: 0 } }), trans)).toBe('No jobs');
  });

  it('has no live numbers of a cluster that is out of reach', () => {
    expect(describeModel.liveNumbers(ocean, trans)).toEqual([
      '6 of 8 workers',
      '24 threads',
      '1.3 core hours'
    ]);
    expect(describeModel.liveNumbers(readCluster(sample('cluster-remote')), trans)).toEqual([]);
  });
});

describe('withLocalTimes', () => {
  it('shows times as the reader’s own', () => {
    const now = new Date('2026-11-20T21:05:00Z');
    const when = describeModel.formatTime('2026-11-20T21:00:00Z', now);
    expect(describeModel.withLocalTimes('Idle since 2026-11-20T21:00:00Z.', now)).toBe(`Idle since ${when}.`);
  });
});

describe('taskWords', () => {
  it('says what there is to do', () => {
    expect(describeModel.taskWords(ocean, trans)).toEqual(['24 tasks run', '1000 tasks wait', '12 results']);
  });

  it('leaves out what is none', () => {
    expect(describeModel.taskWords(readCluster(sample('cluster-remote')), trans)).toEqual([]);
  });
});

describe('overview', () => {
  it('sums up the clusters that live', () => {
    const failed = readCluster(sample('cluster-failed'));
    expect(describeModel.overview([ocean, ocean, failed], trans)).toBe('2 clusters: 6 working · 2 queued');
  });

  it('says no more than there is', () => {
    const jobs = { plan: 0, queued: 0, starting: 0, working: 0, missing: 0 };
    expect(describeModel.overview([{ ...ocean, jobs }], trans)).toBe('1 cluster');
  });
});

describe('canBeChanged', () => {
  const remote = readCluster(sample('cluster-remote'));

  it('is so for a cluster of this host, also before its controller answers', () => {
    expect(describeModel.canBeChanged(ocean)).toBe(true);
    expect(describeModel.canBeChanged({ ...remote, status: 'starting' })).toBe(true);
  });

  it('is not for one of another host, nor for one that has ended', () => {
    expect(describeModel.isOutOfReach(remote)).toBe(true);
    expect(describeModel.canBeChanged(remote)).toBe(false);
    expect(describeModel.canBeChanged(readCluster(sample('cluster-stopped')))).toBe(false);
  });
});
