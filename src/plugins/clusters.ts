import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator } from '@jupyterlab/translation';

import { ClusterClient } from '../api/client';
import { ClusterEvents } from '../api/events';
import { ClusterManager } from '../model/manager';
import { IClusterManager } from '../tokens';

/** Provides what the browser knows of the clusters; asks for nothing until somebody listens. */
export const clustersPlugin: JupyterFrontEndPlugin<IClusterManager> = {
  id: 'jupyter-dask-slurm:clusters',
  description: 'Provides the Dask clusters of this user.',
  autoStart: true,
  provides: IClusterManager,
  requires: [ITranslator],
  activate: (app: JupyterFrontEnd, translator: ITranslator) => {
    const { serverSettings } = app.serviceManager;
    const { languageCode } = translator;
    // In every request, English too: by itself a browser asks for its own language, whatever JupyterLab's is.
    const headers = new Headers(serverSettings.init.headers);
    headers.set('Accept-Language', languageCode);
    const init = { ...serverSettings.init, headers };
    const settings = { ...serverSettings, init };
    const client = new ClusterClient(settings, translator.load('jupyter_dask_slurm'));
    return new ClusterManager(client, () => new ClusterEvents(settings, languageCode));
  }
};
