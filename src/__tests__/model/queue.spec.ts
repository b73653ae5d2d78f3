import { nullTranslator } from '@jupyterlab/translation';

import type { Cluster } from '../../api/validate';
import { cluster as readCluster } from '../../api/validate';
import { formatTime } from '../../model/format';
import { queueWords } from '../../model/queue';
import { sample } from '../contract';

const trans = nullTranslator.load('jupyter_dask_slurm');
const running = readCluster(sample('cluster-running'));
const now = new Date('2026-11-20T21:01:00Z');
const waiting = (changes: Partial<NonNullable<Cluster['waiting']>>): Cluster => ({
  ...running,
  waiting: { reason: null, reason_text: null, expected_start_at: null, ...changes }
});

describe('queueWords', () => {
  it('says why and when', () => {
    const when = formatTime('2026-11-20T22:05:00Z', now);
    expect(queueWords(running, trans, now)).toBe(
      `Jobs with higher priority are ahead. Expected to start ≈ ${when}.`
    );
  });

  it('takes Slurm’s own word where there is no sentence', () => {
    expect(queueWords(waiting({ reason: 'Resources' }), trans, now)).toBe('Resources');
  });

  it('names no start that should have been', () => {
    const late = { reason_text: 'It waits.', expected_start_at: '2026-11-20T21:00:00Z' };
    expect(queueWords(waiting(late), trans, now)).toBe('It waits.');
  });

  it('is silent while Slurm is, and where nothing waits', () => {
    expect(queueWords(waiting({}), trans, now)).toBeNull();
    expect(queueWords({ ...running, waiting: null }, trans, now)).toBeNull();
  });
});
