import type { TranslationBundle } from '@jupyterlab/translation';

import type { Job } from '../api/validate';

/** @returns a phase in one word. */
export function phaseWord(phase: Job['phase'], trans: TranslationBundle): string {
  const words: Record<Job['phase'], string> = {
    queued: trans.__('queued'),
    starting: trans.__('starting'),
    working: trans.__('working'),
    missing: trans.__('missing'),
    ended: trans.__('ended')
  };
  return words[phase];
}
