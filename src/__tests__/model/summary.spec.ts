import { nullTranslator } from '@jupyterlab/translation';

import { cluster as readCluster } from '../../api/validate';
import { overview } from '../../model/summary';
import { sample } from '../contract';

const trans = nullTranslator.load('jupyter_dask_slurm');
const ocean = readCluster(sample('cluster-running'));

describe('overview', () => {
  it('sums up the clusters that live', () => {
    const failed = readCluster(sample('cluster-failed'));
    expect(overview([ocean, ocean, failed], trans)).toBe('2 clusters: 6 working · 2 queued');
  });

  it('says no more than there is', () => {
    const jobs = { plan: 0, queued: 0, starting: 0, working: 0, missing: 0 };
    expect(overview([{ ...ocean, jobs }], trans)).toBe('1 cluster');
  });
});
