import { Debouncer } from '@lumino/polling';
import * as React from 'react';

import type { IPreviewRequest } from '../../api/client';
import type { Preview } from '../../api/contract';
import { asRequestError, RequestError } from '../../api/requestError';

/** A pause in typing; the server answers within some ten milliseconds, and so what is wrong is red before 300 have passed. */
const PAUSE_MS = 100;

/** Beyond this an answer is late, and what is shown is marked as that of former values: sooner it would flicker. */
const LATE_MS = 700;

/** While a kernel is looked at, the server answers some seconds after each question. */
const LOOK_AGAIN_MS = 500;

/** Slurm itself is asked once, when a form rests. */
const REST_MS = 2500;

/** Asks the server what a request would send, and Slurm what it says to that. */
export type AskPreview = (request: IPreviewRequest, askSlurm: boolean) => Promise<Preview>;

/** What is known of a request while it is typed. */
export interface IPreviewed {
  /** The preview of the newest request that was answered. */
  readonly preview: Preview | null;
  /** Why the newest request has none. */
  readonly failure: RequestError | null;
  /** It is that of a former request, and this one has no answer, or not yet for long. */
  readonly isLate: boolean;
  /** Ask now, Slurm too; null where the server cannot tell. */
  readonly judge: () => Promise<Preview | null>;
}

/**
 * Ask what a request would send, after each pause in typing. An answer to an older question is dropped. Where there is
 * none (Slurm does not answer, for example), the former one stays, marked as that, with the reason.
 */
export function usePreview(request: IPreviewRequest, ask: AskPreview): IPreviewed {
  const [preview, setPreview] = React.useState<Preview | null>(null);
  const [failure, setFailure] = React.useState<RequestError | null>(null);
  const [isLate, setLate] = React.useState(false);
  const answered = React.useRef<{ question: string; isWrong: boolean } | null>(null);
  const newest = React.useRef({ request, ask });
  newest.current = { request, ask };
  const [judge, debouncer] = React.useMemo(() => {
    const judge = async (askSlurm: boolean) => {
      const asked = newest.current;
      const answer = await asked.ask(asked.request, askSlurm).catch(asRequestError);
      const isNewest = question(newest.current.request) === question(asked.request);
      const told = answer instanceof RequestError ? null : answer;
      if (!debouncer.isDisposed && isNewest) {
        setFailure(answer instanceof RequestError ? answer : null);
        setLate(!told && answered.current?.question !== question(asked.request));
        if (told) {
          answered.current = {
            question: question(asked.request),
            isWrong: told.errors.length > 0 || told.looking_at !== null
          };
          setPreview(told);
        }
      }
      return told;
    };
    const debouncer = new Debouncer(() => judge(false), PAUSE_MS);
    return [judge, debouncer] as const;
  }, []);
  React.useEffect(() => () => debouncer.dispose(), [debouncer]);
  React.useEffect(() => {
    if (preview?.looking_at) {
      const timer = setTimeout(() => void judge(false), LOOK_AGAIN_MS);
      return () => clearTimeout(timer);
    }
    return undefined;
  }, [preview, judge]);
  const isLooking = Boolean(preview?.looking_at);
  const asked = question(request);
  React.useEffect(() => {
    // A debouncer that is disposed while it waits rejects: nobody is there to be told.
    void debouncer.invoke().catch(() => undefined);
    // Who types on while an answer is late still sees the former one.
    const markLate = () => setLate(answered.current?.question !== asked);
    if (answered.current?.question === asked) {
      markLate();
    }
    // What is wrong already need not be asked of Slurm.
    const rest = () =>
      void (answered.current?.question === asked && !answered.current.isWrong && judge(true));
    const timers = [setTimeout(rest, REST_MS), setTimeout(markLate, PAUSE_MS + LATE_MS)];
    return () => timers.forEach(clearTimeout);
    // Once a kernel was looked at, the form begins to rest.
  }, [asked, isLooking, debouncer, judge]);
  return { preview, failure, isLate, judge: () => judge(true) };
}

function question(request: IPreviewRequest): string {
  return JSON.stringify(request);
}
