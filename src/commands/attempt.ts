import { Notification } from '@jupyterlab/apputils';

import { RequestError } from '../api/requestError';

/** Show why an action did not work: our sentence, then the words of Slurm or Dask. */
function showFailure(error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const details = error instanceof RequestError && error.details;
  Notification.error(details ? `${message}\n\n${details}` : message, { autoClose: false });
}

/** Run an action; a failure is shown and leaves undefined. */
export async function attempt<T>(action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    showFailure(error);
    return undefined;
  }
}
