import { Debouncer } from '@lumino/polling';
import * as React from 'react';

import type { IPreviewRequest } from '../api/client';
import type { Preview } from '../api/validate';

/** A pause in typing; the server renders the script within some ten milliseconds. */
const PAUSE_MS = 300;

/**
 * Slurm is asked when the jobs would start once a form has not changed for two seconds, and once in ten. Who asks
 * again after these times gets its answer.
 */
const AGAIN_MS = [2500, 13_000];

/**
 * Ask what a request would send, after each pause in typing. An answer to an older question is dropped;
 * one that fails (Slurm does not answer, for example) clears the preview, and "Start" says why.
 *
 * @returns the preview of the newest request that was answered.
 */
export function usePreview(
  request: IPreviewRequest,
  ask: (request: IPreviewRequest) => Promise<Preview>
): Preview | null {
  const [preview, setPreview] = React.useState<Preview | null>(null);
  const newest = React.useRef({ request, ask });
  newest.current = { request, ask };
  const debouncer = React.useMemo(() => {
    const ask = async () => {
      const asked = newest.current;
      const answer = await asked.ask(asked.request).catch(() => null);
      const isNewest = question(newest.current.request) === question(asked.request);
      if (!debouncer.isDisposed && isNewest) {
        setPreview(answer);
      }
    };
    const debouncer = new Debouncer(ask, PAUSE_MS);
    return debouncer;
  }, []);
  React.useEffect(() => () => debouncer.dispose(), [debouncer]);
  const asked = question(request);
  React.useEffect(() => {
    // A debouncer that is disposed while it waits rejects: nobody is there to be told.
    const invoke = () => void debouncer.invoke().catch(() => undefined);
    invoke();
    const timers = AGAIN_MS.map(delay => setTimeout(invoke, delay));
    return () => timers.forEach(clearTimeout);
  }, [asked, debouncer]);
  return preview;
}

function question(request: IPreviewRequest): string {
  return JSON.stringify(request);
}
