import type { Job } from '../../../api/contract';
import { job as readJob } from '../../../api/contract';
import { arrangeRows, countPhases, IJobFilter, ISorting, jobRow } from '../../../details/jobs/jobRows';
import { sample } from '../../samples';

const working = readJob(sample('job-working'));
const queued = readJob(sample('job-queued'));
const ended = readJob(sample('job-ended'));
const ALL: IJobFilter = { phase: null, text: '' };
const BY_JOB: ISorting = { column: 'job', descending: false };

function arranged(jobs: readonly Job[], filter = ALL, sorting = BY_JOB): string[] {
  return arrangeRows(jobs.map(jobRow), filter, sorting).map(({ job }) => job.job_id);
}

function named(job_id: string, changes: Partial<Job> = {}): Job {
  return { ...working, job_id, ...changes };
}

describe('jobRow', () => {
  it('sums up the workers of a job', () => {
    expect(jobRow(working)).toMatchObject({ connected: 2, memoryUsed: 411522630, cpu: 78 });
  });

  it('has no numbers of workers that did not connect', () => {
    expect(jobRow(queued)).toMatchObject({ connected: 0, memoryUsed: 0, cpu: 0 });
  });
});

describe('arrangeRows', () => {
  it('counts in job ids, rather than spell them', () => {
    expect(arranged([named('4711_10'), named('4711_9'), named('800_1')])).toEqual([
      '800_1',
      '4711_9',
      '4711_10'
    ]);
  });

  it('filters by phase and by what is written in a row', () => {
    const jobs = [working, queued, named('4712_0', { node: 'gpu7' })];
    expect(arranged(jobs, { phase: 'queued', text: '' })).toEqual([queued.job_id]);
    expect(arranged(jobs, { phase: null, text: ' GPU ' })).toEqual(['4712_0']);
    const several = named('4712_1', { nodes: ['n1', 'gpu8'] });
    expect(arranged([...jobs, several], { phase: null, text: 'gpu8' })).toEqual(['4712_1']);
    expect(arranged(jobs, { phase: null, text: 'priority' })).toEqual([queued.job_id]);
  });

  it('sorts either way, equal rows by job id', () => {
    const jobs = [named('1_2', { node: 'n10' }), named('1_1', { node: 'n10' }), named('1_0', { node: 'n9' })];
    expect(arranged(jobs, ALL, { column: 'node', descending: false })).toEqual(['1_0', '1_1', '1_2']);
    expect(arranged(jobs, ALL, { column: 'node', descending: true })).toEqual(['1_1', '1_2', '1_0']);
  });

  it('sorts phases in the order of a job’s life', () => {
    const jobs = [ended, working, queued].map((job, index) => ({ ...job, job_id: String(index) }));
    expect(arranged(jobs, ALL, { column: 'phase', descending: false })).toEqual(['2', '1', '0']);
  });
});

describe('countPhases', () => {
  it('counts each phase', () => {
    expect(countPhases([working, working, queued])).toEqual({
      queued: 1,
      starting: 0,
      working: 2,
      missing: 0,
      leaving: 0,
      ended: 0
    });
  });
});
