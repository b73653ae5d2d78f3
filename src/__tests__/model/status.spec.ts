import { nullTranslator } from '@jupyterlab/translation';

import type { Cluster } from '../../api/contract';
import { cluster as readCluster } from '../../api/contract';
import { canBeChanged, isOutOfReach, overview, phaseWords } from '../../model/status';
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

describe('phaseWords', () => {
  const with_ = (changes: Partial<Cluster>): Cluster => ({ ...ocean, ...changes });

  it('counts jobs by phase, and leaves out what is none', () => {
    expect(phaseWords(ocean, trans)).toBe('3 working · 1 queued');
    const jobs = { plan: 2, queued: 0, starting: 0, working: 0, missing: 0, leaving: 0 };
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
    const jobs = { plan: 0, queued: 0, starting: 0, working: 0, missing: 0, leaving: 0 };
    expect(overview([{ ...ocean, jobs }], trans)).toBe('1 cluster');
  });
});
