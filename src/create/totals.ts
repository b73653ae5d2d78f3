import type { TranslationBundle } from '@jupyterlab/translation';

import type { Preview } from '../api/validate';
import { formatBytes } from '../model/format';

/** @returns what all jobs come to, in a line. */
export function totals(sum: Preview['totals'], trans: TranslationBundle): string {
  return [
    trans._n('%1 job', '%1 jobs', sum.jobs),
    trans._n('%1 worker', '%1 workers', sum.workers),
    trans._n('%1 thread', '%1 threads', sum.threads),
    formatBytes(sum.memory_bytes),
    sum.gpus > 0 && trans._n('%1 GPU', '%1 GPUs', sum.gpus),
    trans._n('%1 core hour an hour', '%1 core hours an hour', sum.core_hours_per_hour)
  ]
    .filter(Boolean)
    .join(' · ');
}
