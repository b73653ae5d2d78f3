import type { TranslationBundle } from '@jupyterlab/translation';

import type { Cluster } from '../api/validate';
import { formatTime } from './format';

/**
 * @returns why jobs wait and when the first of them is expected to start, in one line. Null where
 * none waits, and where Slurm has said neither.
 */
export function queueWords(cluster: Cluster, trans: TranslationBundle, now = new Date()): string | null {
  const { waiting } = cluster;
  if (waiting === null) {
    return null;
  }
  const { expected_start_at: start } = waiting;
  const isAhead = start !== null && Date.parse(start) > now.getTime();
  const words = [
    waiting.reason_text ?? waiting.reason,
    isAhead && trans.__('Expected to start ≈ %1.', formatTime(start, now))
  ];
  return words.filter(Boolean).join(' ') || null;
}
