import type { TranslationBundle } from '@jupyterlab/translation';

import type { Job } from '../api/validate';
import { formatTime } from './format';

/**
 * @returns why jobs wait and when the first of them is expected to start, in one line: the reason
 * that most of them have. Null where Slurm has said neither.
 */
export function queueWords(
  queued: readonly Job[],
  trans: TranslationBundle,
  now = new Date()
): string | null {
  const reason = mostFrequent(queued.map(job => job.reason_text ?? job.reason));
  const starts = queued.map(job => job.expected_start_at).filter(start => start !== null);
  const first = starts.sort().find(start => Date.parse(start) > now.getTime());
  const words = [reason, first !== undefined && trans.__('Expected to start ≈ %1.', formatTime(first, now))];
  return words.filter(Boolean).join(' ') || null;
}

function mostFrequent(words: readonly (string | null)[]): string | null {
  const counts = new Map<string, number>();
  for (const word of words) {
    if (word) {
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  const [first] = [...counts].sort(([, a], [, b]) => b - a);
  return first?.[0] ?? null;
}
