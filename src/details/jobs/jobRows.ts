import type { TranslationBundle } from '@jupyterlab/translation';

import { Job, jobPhase, JobPhase } from '../../api/contract';

/** A row of the table of jobs: a job, and the sums over its workers. */
export interface IJobRow {
  readonly job: Job;
  readonly connected: number;
  readonly memoryUsed: number;
  /** Mean over its workers, in percent of one thread each. */
  readonly cpu: number;
}

/** What the table can be sorted by. */
export type Column = 'job' | 'phase' | 'node' | 'memory' | 'cpu' | 'started' | 'ends';

export interface ISorting {
  readonly column: Column;
  readonly descending: boolean;
}

export interface IJobFilter {
  /** Null for all. */
  readonly phase: JobPhase | null;
  /** Found in id, node, reason or state. */
  readonly text: string;
}

/** In the order in which a job goes through them. */
export const PHASES = jobPhase.words;

/** @returns a phase in one word. */
export function phaseWord(phase: JobPhase, trans: TranslationBundle): string {
  const words: Record<JobPhase, string> = {
    queued: trans.__('queued'),
    starting: trans.__('starting'),
    working: trans.__('working'),
    missing: trans.__('missing'),
    leaving: trans.__('leaving'),
    ended: trans.__('ended')
  };
  return words[phase];
}

export function jobRow(job: Job): IJobRow {
  const { workers } = job;
  const cpu = workers.reduce((sum, worker) => sum + worker.cpu_percent, 0);
  return {
    job,
    connected: workers.filter(worker => worker.address !== null).length,
    memoryUsed: workers.reduce((sum, worker) => sum + worker.memory_used_bytes, 0),
    cpu: workers.length > 0 ? cpu / workers.length : 0
  };
}

/** @returns how many jobs are in each phase. */
export function countPhases(jobs: readonly Job[]): Readonly<Record<JobPhase, number>> {
  const counts = { queued: 0, starting: 0, working: 0, missing: 0, leaving: 0, ended: 0 };
  for (const { phase } of jobs) {
    counts[phase] += 1;
  }
  return counts;
}

/** @returns the rows that match, in the order wanted; equal ones by job id. */
export function arrangeRows(rows: readonly IJobRow[], filter: IJobFilter, sorting: ISorting): IJobRow[] {
  const text = filter.text.trim().toLowerCase();
  const shown = rows.filter(
    ({ job }) => (filter.phase === null || job.phase === filter.phase) && matches(job, text)
  );
  const compare = COMPARE[sorting.column];
  const sign = sorting.descending ? -1 : 1;
  return shown.sort((a, b) => sign * compare(a, b) || COMPARE.job(a, b));
}

function matches({ job_id, node, nodes, reason, state }: Job, text: string): boolean {
  const fields = [job_id, node, ...nodes, reason, state];
  return text === '' || fields.some(field => field?.toLowerCase().includes(text));
}

const COLLATOR = new Intl.Collator(undefined, { numeric: true });

const COMPARE: Record<Column, (a: IJobRow, b: IJobRow) => number> = {
  job: (a, b) => COLLATOR.compare(a.job.job_id, b.job.job_id),
  phase: (a, b) => PHASES.indexOf(a.job.phase) - PHASES.indexOf(b.job.phase),
  node: (a, b) => COLLATOR.compare(a.job.node ?? '', b.job.node ?? ''),
  memory: (a, b) => a.memoryUsed - b.memoryUsed,
  cpu: (a, b) => a.cpu - b.cpu,
  started: (a, b) => (a.job.started_at ?? '').localeCompare(b.job.started_at ?? ''),
  ends: (a, b) => (a.job.ends_at ?? '').localeCompare(b.job.ends_at ?? '')
};
