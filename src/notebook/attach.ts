import { Notification } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { Cluster } from '../api/validate';
import type { NotebookLink } from './link';
import { explainFailure } from './words';

/**
 * Attach a notebook to a cluster, and say that it is.
 *
 * @throws Error in words that say what to do, where the kernel cannot be connected.
 */
export async function attach(link: NotebookLink, cluster: Cluster, trans: TranslationBundle): Promise<void> {
  const connected = await link.attach(cluster).catch(error => {
    throw explainFailure(error, cluster, trans);
  });
  if (connected) {
    Notification.success(trans.__('"client" is connected to %1.', cluster.name), { autoClose: 3000 });
  }
}
