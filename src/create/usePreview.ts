import { Debouncer } from '@lumino/polling';
import * as React from 'react';

import type { IClusterRequest } from '../api/client';
import type { Preview } from '../api/validate';

/** A pause in typing; the server renders the script within some ten milliseconds. */
const PAUSE_MS = 300;

/**
 * Ask what a request would send, after each pause in typing. An answer to an older question is dropped;
 * one that fails (Slurm does not answer, for example) clears the preview, and "Start" says why.
 *
 * @returns the preview of the newest request that was answered.
 */
export function usePreview(
  request: IClusterRequest,
  ask: (request: IClusterRequest) => Promise<Preview>
): Preview | null {
  const [preview, setPreview] = React.useState<Preview | null>(null);
  const newest = React.useRef({ request, ask });
  newest.current = { request, ask };
  const debouncer = React.useMemo(
    () =>
      new Debouncer(async () => {
        const asked = newest.current;
        const answer = await asked.ask(asked.request).catch(() => null);
        if (!debouncer.isDisposed && question(newest.current.request) === question(asked.request)) {
          setPreview(answer);
        }
      }, PAUSE_MS),
    []
  );
  React.useEffect(() => () => debouncer.dispose(), [debouncer]);
  const asked = question(request);
  React.useEffect(() => {
    // A debouncer that is disposed while it waits rejects: nobody is there to be told.
    debouncer.invoke().catch(() => undefined);
  }, [asked, debouncer]);
  return preview;
}

function question(request: IClusterRequest): string {
  return JSON.stringify(request);
}
