import type { TranslationBundle } from '@jupyterlab/translation';
import { UUID } from '@lumino/coreutils';

import { RequestError } from './requestError';

/** Pauses before a request that had no answer is sent again: a Jupyter that restarts is back after some seconds. */
export const PAUSES_MS = [1000, 3000];

/** What a proxy says that lost its connection to Jupyter, and what Jupyter says that had no answer. */
const UNANSWERED = [0, 502, 504];

/**
 * Send a request that changes something, and the same again where no answer came.
 *
 * All of them have one key, by which the server knows them: what they ask for is done once.
 *
 * @param send - sends the request with these headers.
 * @param pausesMs - before each further try.
 */
export async function once<T>(
  send: (headers: Record<string, string>) => Promise<T>,
  trans: TranslationBundle,
  pausesMs: readonly number[] = PAUSES_MS
): Promise<T> {
  const headers = { 'Idempotency-Key': UUID.uuid4() };
  for (let tries = 0; ; tries++) {
    try {
      return await send(headers);
    } catch (error) {
      if (!hadNoAnswer(error)) {
        throw error;
      }
      // Jupyter itself has waited long for that one, and says what it means.
      if (error.reason === 'NoAnswer' && tries > 0) {
        throw error;
      }
      if (tries === pausesMs.length) {
        throw inDoubt(error, trans);
      }
      await new Promise(resolve => setTimeout(resolve, pausesMs[tries]));
    }
  }
}

function hadNoAnswer(error: unknown): error is RequestError {
  return error instanceof RequestError && UNANSWERED.includes(error.status);
}

/** Jupyter's own sentence says it already; where not even Jupyter answers, this one. */
function inDoubt(error: RequestError, trans: TranslationBundle): RequestError {
  return new RequestError(error.status, {
    message: trans.__(
      '%1 What was asked for may have been done, or may still be. Look at the list of clusters before you ask for it again.',
      error.message
    ),
    reason: error.reason,
    field: null,
    details: error.details
  });
}
