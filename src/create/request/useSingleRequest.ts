import * as React from 'react';

import { asRequestError, RequestError } from '../../api/requestError';

/** The state of what is being sent. */
export interface ISubmission {
  /** Why the last one was refused. */
  readonly failure: RequestError | null;
  readonly busy: boolean;
  readonly submit: () => Promise<void>;
  /** What was refused is being mended. */
  readonly forget: () => void;
}

/** One request at a time: a double click sends one. */
export function useSingleRequest(send: () => Promise<void>): ISubmission {
  const [failure, setFailure] = React.useState<RequestError | null>(null);
  const [busy, setBusy] = React.useState(false);
  const sending = React.useRef(false);
  const submit = async () => {
    if (sending.current) {
      return;
    }
    sending.current = true;
    setBusy(true);
    setFailure(null);
    try {
      await send();
    } catch (error) {
      setFailure(asRequestError(error));
    } finally {
      sending.current = false;
      setBusy(false);
    }
  };
  return { failure, busy, submit, forget: () => setFailure(null) };
}
