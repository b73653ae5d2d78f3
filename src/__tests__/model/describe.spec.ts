import { nullTranslator } from '@jupyterlab/translation';

import type { Cluster } from '../../api/validate';
import { cluster as readCluster } from '../../api/validate';
import { composition, liveNumbers, taskWords } from '../../model/describe';
import { phaseWords } from '../../model/summary';
import { sample } from '../contract';

const trans = nullTranslator.load('jupyter_dask_slurm');
const ocean = readCluster(sample('cluster-running'));

describe('what a card says', () => {
  const with_ = (changes: Partial<Cluster>): Cluster => ({ ...ocean, ...changes });

  it('names what the cluster is made of', () => {
    expect(composition(ocean, trans)).toEqual(['normal', '4 jobs × 8 cores', '16 GiB each']);
    expect(composition(with_({ expires_at: null }), trans)).toContain('12 h');
    expect(composition(with_({ backend: 'local' }), trans)[0]).toBe('this machine');
    const options = { ...ocean.options, partition: null };
    expect(composition(with_({ options }), trans, 'short')[0]).toBe('short');
  });

  it('counts jobs by phase, and leaves out what is none', () => {
    expect(phaseWords(ocean, trans)).toBe('3 working · 1 queued');
    const jobs = { plan: 2, queued: 0, starting: 0, working: 0, missing: 0 };
    expect(phaseWords(with_({ jobs }), trans)).toBe('2 jobs to be submitted');
    expect(phaseWords(with_({ jobs: { ...jobs, plan: 0 } }), trans)).toBe('No jobs');
  });

  it('has no live numbers of a cluster that is out of reach', () => {
    expect(liveNumbers(ocean, trans)).toEqual(['6 of 8 workers', '24 threads', '1.3 core hours']);
    expect(liveNumbers(readCluster(sample('cluster-remote')), trans)).toEqual([]);
  });
});

describe('taskWords', () => {
  it('says what there is to do', () => {
    expect(taskWords(ocean, trans)).toEqual(['24 tasks run', '1000 tasks wait', '12 results']);
  });

  it('leaves out what is none', () => {
    expect(taskWords(readCluster(sample('cluster-remote')), trans)).toEqual([]);
  });
});
