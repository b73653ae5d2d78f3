import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyJSONObject } from '@lumino/coreutils';

import type { IClusterRequest } from '../api/client';
import type { Preview } from '../api/contract';
import { formatSpan, walltimeSeconds } from './format';

/** A start to repeat, as JupyterLab keeps it. */
export interface ILastStart {
  readonly request: IClusterRequest;
  /** What it comes to, for example `normal · 4 × 8 cores · 1 h`. */
  readonly words: string;
}

/**
 * @param partition - where jobs run that name none.
 * @returns a start to keep; what it comes to is what the preview told.
 */
export function lastStart(
  request: IClusterRequest,
  preview: Preview | null,
  partition: string | undefined,
  trans: TranslationBundle
): ILastStart {
  const { cores, walltime, partition: named } = (preview?.options ?? {}) as ReadonlyJSONObject;
  const jobs = preview?.totals.jobs ?? null;
  const seconds = typeof walltime === 'string' ? walltimeSeconds(walltime) : null;
  const place = request.backend === 'local' ? trans.__('this machine') : (named ?? partition);
  const size = [
    jobs !== null && String(jobs),
    typeof cores === 'number' && trans._n('%1 core', '%1 cores', cores)
  ];
  const words = [
    typeof place === 'string' && place,
    size.filter(Boolean).join(' × '),
    request.backend !== 'local' && seconds !== null && formatSpan(seconds, trans)
  ];
  return { request, words: words.filter(Boolean).join(' · ') };
}
