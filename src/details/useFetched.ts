import * as React from 'react';

import { pauseAfter } from '../api/pauseAfter';
import { useVisibility } from './visibility';

export interface IFetched<T> {
  /** Null until there is an answer; the last one where a later question failed. */
  readonly value: T | null;
  readonly error: string | null;
}

/**
 * Ask the server while somebody looks, and again when `occasion` is another one: at most once in
 * `everyMs`, and the last occasion is never lost. What failed is asked for again, later and later.
 */
export function useFetched<T>(ask: () => Promise<T>, occasion: unknown, everyMs = 1000): IFetched<T> {
  const visible = useVisibility();
  const [fetched, setFetched] = React.useState<IFetched<T>>({ value: null, error: null });
  const question = React.useRef(ask);
  question.current = ask;
  const asked = React.useRef({ at: -Infinity, count: 0, answered: 0, failures: 0, mounted: false });
  React.useEffect(() => {
    const { current } = asked;
    current.mounted = true;
    return () => {
      current.mounted = false;
    };
  }, []);
  React.useEffect(() => {
    if (!visible) {
      return;
    }
    const { current } = asked;
    let timer: number | undefined;
    let isOver = false;
    const lookAfter = (ms: number) => {
      timer = window.setTimeout(() => void look(), ms);
    };
    const look = async () => {
      current.at = performance.now();
      current.count += 1;
      const number = current.count;
      const answer = await question.current().then(
        value => ({ value, error: null }),
        (error: Error) => ({ error: error.message })
      );
      // Answers may overtake each other; an older one says nothing any more.
      if (current.mounted && number > current.answered) {
        current.answered = number;
        current.failures = answer.error === null ? 0 : current.failures + 1;
        setFetched(before => ({ ...before, ...answer }));
      }
      if (!isOver && answer.error !== null) {
        lookAfter(Math.max(everyMs, pauseAfter(current.failures)));
      }
    };
    lookAfter(Math.max(0, current.at + everyMs - performance.now()));
    return () => {
      isOver = true;
      window.clearTimeout(timer);
    };
  }, [visible, occasion, everyMs]);
  return fetched;
}
