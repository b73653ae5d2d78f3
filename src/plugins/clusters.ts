import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

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
  activate: (app: JupyterFrontEnd) => {
    const { serverSettings } = app.serviceManager;
    return new ClusterManager(new ClusterClient(serverSettings), () => new ClusterEvents(serverSettings));
  }
};
