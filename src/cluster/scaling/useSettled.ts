import { Debouncer } from '@lumino/polling';
import * as React from 'react';

/** Several clicks in a row become one request. */
const SETTLE_MS = 500;

/**
 * A value that follows the cluster, but for the time between a click and the answer to it.
 * A refused change falls back to what the cluster has; whoever sent it has told why.
 *
 * @returns what to show, and what to call with what the user wants.
 */
export function useSettled<T>(actual: T, send: (wanted: T) => Promise<unknown>): [T, (wanted: T) => void] {
  const [pending, setPending] = React.useState<{ readonly wanted: T } | null>(null);
  const latest = React.useRef<{ readonly wanted: T } | null>(null);
  const sender = React.useRef(send);
  sender.current = send;
  const debouncer = React.useMemo(
    () =>
      new Debouncer(async () => {
        const sent = latest.current;
        if (sent) {
          await sender.current(sent.wanted);
        }
        // A click during the request has started another one.
        if (latest.current === sent) {
          setPending(null);
        }
      }, SETTLE_MS),
    []
  );
  React.useEffect(() => () => debouncer.dispose(), [debouncer]);

  const want = (wanted: T) => {
    latest.current = { wanted };
    setPending(latest.current);
    void debouncer.invoke();
  };
  return [pending ? pending.wanted : actual, want];
}
