import type { TranslationBundle } from '@jupyterlab/translation';

import type { FormData } from './formSchema';

/** @returns what the form asks for altogether, as far as it is filled; empty where it says nothing yet. */
export function totals(data: FormData, trans: TranslationBundle): string {
  const [jobs, cores, processes] = [data.jobs, data.cores, data.processes].map(asCount);
  if (jobs === null) {
    return '';
  }
  const parts = [trans._n('%1 job', '%1 jobs', jobs)];
  if (processes !== null) {
    parts.push(trans._n('%1 worker', '%1 workers', jobs * processes));
  }
  if (cores !== null) {
    parts.push(trans._n('%1 core', '%1 cores', jobs * cores));
    parts.push(trans._n('%1 core hour an hour', '%1 core hours an hour', jobs * cores));
  }
  return parts.join(' · ');
}

function asCount(value: unknown): number | null {
  return typeof value === 'number' && value >= 0 ? value : null;
}
