import { Debouncer } from '@lumino/polling';
import * as React from 'react';

import type { IPreviewRequest } from '../../api/client';
import type { Preview } from '../../api/contract';
import { pauseAfter } from '../../api/pauseAfter';
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

/** A question that had no answer. */
interface IFailed {
  readonly error: RequestError;
  readonly question: string;
  /** How often in a row. */
  readonly times: number;
  readonly askedSlurm: boolean;
}

/**
 * Ask what a request would send, after each pause in typing. An answer to an older question is dropped. Where there is
 * none (Slurm does not answer, for example), the former one stays, marked as that, with the reason, and it is asked for
 * again, later and later.
 */
export function usePreview(request: IPreviewRequest, ask: AskPreview): IPreviewed {
  const [preview, setPreview] = React.useState<Preview | null>(null);
  const [failed, setFailed] = React.useState<IFailed | null>(null);
  const [isLate, setLate] = React.useState(false);
  const answered = React.useRef<{ question: string; isSettled: boolean } | null>(null);
  const newest = React.useRef({ request, ask });
  newest.current = { request, ask };
  const [judge, debouncer] = React.useMemo(() => {
    const judge = async (askedSlurm: boolean) => {
      const { request, ask } = newest.current;
      const about = question(request);
      const answer = await ask(request, askedSlurm).catch(asRequestError);
      const told = answer instanceof RequestError ? null : answer;
      if (!debouncer.isDisposed && question(newest.current.request) === about) {
        setFailed(before =>
          answer instanceof RequestError ? oneMore(before, answer, about, askedSlurm) : null
        );
        setLate(!told && answered.current?.question !== about);
        if (told) {
          const isWrong = told.errors.length > 0 || told.looking_at !== null;
          answered.current = { question: about, isSettled: isWrong || askedSlurm };
          setPreview(told);
        }
      }
      return told;
    };
    const debouncer = new Debouncer(() => judge(false), PAUSE_MS);
    return [judge, debouncer] as const;
  }, []);
  React.useEffect(() => () => debouncer.dispose(), [debouncer]);
  const asked = question(request);
  React.useEffect(() => {
    // A debouncer that is disposed while it waits rejects: nobody is there to be told.
    void debouncer.invoke().catch(() => undefined);
    // Who types on while an answer is late still sees the former one.
    const markLate = () => setLate(answered.current?.question !== asked);
    if (answered.current?.question === asked) {
      markLate();
    }
    const timer = setTimeout(markLate, PAUSE_MS + LATE_MS);
    return () => clearTimeout(timer);
  }, [asked, debouncer]);
  React.useEffect(() => {
    const again = failed?.question === asked ? failed : null;
    if (again || preview?.looking_at) {
      const pause = again ? pauseAfter(again.times) : LOOK_AGAIN_MS;
      const timer = setTimeout(() => void judge(again?.askedSlurm ?? false), pause);
      return () => clearTimeout(timer);
    }
    return undefined;
  }, [preview, failed, asked, judge]);
  // Once a kernel was looked at, or there are answers again, the form begins to rest.
  const isResting = !preview?.looking_at && !failed;
  React.useEffect(() => {
    // What is wrong already need not be asked of Slurm.
    const rest = () =>
      void (answered.current?.question === asked && !answered.current.isSettled && judge(true));
    const timer = isResting ? setTimeout(rest, REST_MS) : undefined;
    return () => clearTimeout(timer);
  }, [asked, isResting, judge]);
  return { preview, failure: failed?.error ?? null, isLate, judge: () => judge(true) };
}

function question(request: IPreviewRequest): string {
  return JSON.stringify(request);
}

function oneMore(
  before: IFailed | null,
  error: RequestError,
  question: string,
  askedSlurm: boolean
): IFailed {
  const times = before?.question === question ? before.times + 1 : 1;
  return { error, question, times, askedSlurm };
}
