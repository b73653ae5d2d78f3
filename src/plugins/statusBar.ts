import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../commands/ids';
import { ClustersStatus } from '../statusBar/item';
import { IClusterManager } from '../tokens';

const ID = 'jupyter-dask-slurm:status-bar';

/** How many clusters there are and what their jobs do, at the lower edge of the window. */
export const statusBarPlugin: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Shows the state of the Dask clusters in the status bar.',
  autoStart: true,
  requires: [IClusterManager, ITranslator],
  optional: [IStatusBar],
  activate: (
    app: JupyterFrontEnd,
    manager: IClusterManager,
    translator: ITranslator,
    statusBar: IStatusBar | null
  ) => {
    if (!statusBar) {
      return;
    }
    const item = new ClustersStatus(manager, translator.load('jupyter_dask_slurm'), () => {
      void app.commands.execute(CommandIDs.openPanel);
    });
    statusBar.registerStatusItem(ID, {
      item,
      align: 'left',
      rank: 10,
      isActive: () => manager.clusters.length > 0,
      activeStateChanged: manager.changed
    });
    void app.restored.then(() => manager.listen());
  }
};
