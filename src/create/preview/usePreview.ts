import { Debouncer } from '@lumino/polling';
import * as React from 'react';

import type { IPreviewRequest } from '../../api/client';
import type { Preview } from '../../api/contract';

/** A pause in typing; the server renders the script within some ten milliseconds. */
const PAUSE_MS = 300;

/** Beyond this an answer is late, and what is shown is marked as that of former values: sooner it would flicker. */
const LATE_MS = 500;

/**
 * Slurm is asked when the jobs would start once a form has not changed for two seconds, and once in ten. Who asks
 * again after these times gets its answer.
 */
const AGAIN_MS = [2500, 13_000];

/** What is known of a request while it is typed. */
export interface IPreviewed {
  /** The preview of the newest request that was answered. */
  readonly preview: Preview | null;
  /** It is that of a former request, and the answer to this one takes long. */
  readonly isLate: boolean;
}

/**
 * Ask what a request would send, after each pause in typing. An answer to an older question is dropped;
 * one that fails (Slurm does not answer, for example) clears the preview, and "Start" says why.
 */
export function usePreview(
  request: IPreviewRequest,
  ask: (request: IPreviewRequest) => Promise<Preview>
): IPreviewed {
  const [preview, setPreview] = React.useState<Preview | null>(null);
  const [isLate, setLate] = React.useState(false);
  const answered = React.useRef<string | null>(null);
  const newest = React.useRef({ request, ask });
  newest.current = { request, ask };
  const debouncer = React.useMemo(() => {
    const ask = async () => {
      const asked = newest.current;
      const answer = await asked.ask(asked.request).catch(() => null);
      const isNewest = question(newest.current.request) === question(asked.request);
      if (!debouncer.isDisposed && isNewest) {
        answered.current = question(asked.request);
        setPreview(answer);
        setLate(false);
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
    // Who types on while an answer is late still sees the former one.
    const markLate = () => setLate(answered.current !== asked);
    if (answered.current === asked) {
      markLate();
    }
    const again = AGAIN_MS.map(delay => setTimeout(invoke, delay));
    const timers = [...again, setTimeout(markLate, PAUSE_MS + LATE_MS)];
    return () => timers.forEach(clearTimeout);
  }, [asked, debouncer]);
  return { preview, isLate };
}

function question(request: IPreviewRequest): string {
  return JSON.stringify(request);
}
