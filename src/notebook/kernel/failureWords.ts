import type { TranslationBundle } from '@jupyterlab/translation';

import { CodeDropped, MessageLost, NoPythonKernel } from './runSilently';

/** Errors that hold no words. */
const OURS = [NoPythonKernel, MessageLost, CodeDropped];

/** @returns why code did not run in a kernel: in our words where we know it, else in those of who refused it. */
export function failureWords(error: unknown, trans: TranslationBundle): string {
  if (error instanceof NoPythonKernel) {
    return error.hasKernel
      ? trans.__('Only a kernel that runs Python can be connected to a Dask cluster.')
      : trans.__('This notebook has no kernel. Start one, then connect it.');
  }
  if (error instanceof MessageLost) {
    return trans.__(
      'What is sent to the kernel, or its answer, is lost on its way. Try again; where that does not help, reload the page first.'
    );
  }
  if (error instanceof CodeDropped) {
    return trans.__(
      'A cell has failed, and the kernel drops what it is sent after that. Try again in a moment.'
    );
  }
  return error instanceof Error ? error.message : String(error);
}

/** @returns an error to be shown: what was refused by others as it is. */
export function inWords(error: unknown, trans: TranslationBundle): unknown {
  return OURS.some(kind => error instanceof kind) ? new Error(failureWords(error, trans)) : error;
}
