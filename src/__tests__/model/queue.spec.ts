import { nullTranslator } from '@jupyterlab/translation';

import type { Job } from '../../api/validate';
import { job as readJob } from '../../api/validate';
import { formatTime } from '../../model/format';
import { queueWords } from '../../model/queue';
import { sample } from '../contract';

const trans = nullTranslator.load('jupyter_dask_slurm');
const queued = readJob(sample('job-queued'));
const now = new Date('2026-11-20T21:01:00Z');
const job = (changes: Partial<Job>): Job => ({ ...queued, expected_start_at: null, ...changes });

describe('queueWords', () => {
  it('says why and when', () => {
    const when = formatTime('2026-11-20T22:05:00Z', now);
    expect(queueWords([queued], trans, now)).toBe(
      `Jobs with higher priority are ahead. Expected to start ≈ ${when}.`
    );
  });

  it('takes the reason of most, and Slurm’s own word where there is no sentence', () => {
    const resources = { reason: 'Resources', reason_text: null };
    expect(
      queueWords(
        [queued, job(resources), job(resources)].map(one => job({ ...one, expected_start_at: null })),
        trans,
        now
      )
    ).toBe('Resources');
  });

  it('names the earliest start that is not over', () => {
    const starts = ['2026-11-20T21:00:00Z', '2026-11-20T23:00:00Z', '2026-11-20T22:00:00Z'];
    const jobs = starts.map(expected_start_at => job({ reason: null, reason_text: null, expected_start_at }));
    expect(queueWords(jobs, trans, now)).toContain(formatTime('2026-11-20T22:00:00Z', now));
  });

  it('is silent while Slurm is', () => {
    expect(queueWords([job({ reason: null, reason_text: null })], trans, now)).toBeNull();
    expect(queueWords([], trans, now)).toBeNull();
  });
});
