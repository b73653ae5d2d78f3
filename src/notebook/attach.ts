import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { Cluster } from '../api/contract';
import { inWords } from './kernel/failureWords';
import { KernelError } from './kernel/runSilently';
import type { NotebookLink } from './notebookLink';

/**
 * Attach a notebook to a cluster, and say that it is; to one that starts, as soon as it runs.
 *
 * @throws Error in words that say what to do, where the kernel cannot be connected.
 */
export async function attach(link: NotebookLink, cluster: Cluster, trans: TranslationBundle): Promise<void> {
  if (cluster.status === 'starting') {
    link.attachSoon(cluster);
    return;
  }
  const connected = await link.attach(cluster).catch(error => {
    throw explainFailure(error, cluster, trans);
  });
  if (connected) {
    Notification.success(trans.__('"client" is connected to %1.', cluster.name), { autoClose: 3000 });
  }
}

/** Detach a notebook; what keeps the kernel from closing its client is said in words. */
export async function detach(link: NotebookLink, trans: TranslationBundle): Promise<void> {
  await link.detach().catch(error => {
    throw inWords(error, trans);
  });
}

/** @returns a failure to connect, with what to do about it where that is known. */
export function explainFailure(error: unknown, cluster: Cluster, trans: TranslationBundle): unknown {
  if (error instanceof KernelError) {
    const said = trans.__('The kernel says: %1', error.message);
    return new Error(`${adviceFor(error, cluster, trans)}\n\n${said}`);
  }
  return inWords(error, trans);
}

function adviceFor({ ename }: KernelError, cluster: Cluster, trans: TranslationBundle): string {
  const { name, environment } = cluster;
  switch (ename) {
    case 'ModuleNotFoundError':
    case 'ImportError':
      return trans.__(
        "This kernel's environment has no Dask that works. Install distributed there, or choose the kernel that %1 uses: %2.",
        name,
        environment.kernel ?? environment.python
      );
    case 'OSError':
    case 'TimeoutError':
    case 'CommClosedError':
      return trans.__('The kernel does not reach the scheduler of %1. Does the cluster still run?', name);
    default:
      return trans.__('The kernel could not connect to %1.', name);
  }
}
