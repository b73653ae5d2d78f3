import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, TranslationBundle } from '@jupyterlab/translation';

import { CommandIDs } from '../commandIds';
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
    const show = () => {
      if (manager.clusters.length > 0) {
        manager.changed.disconnect(show);
        void addItem(app, manager, translator.load('jupyter_dask_slurm'), statusBar);
      }
    };
    manager.changed.connect(show);
    void app.restored.then(() => manager.listen());
  }
};

/** The code of the item is loaded when there is a cluster to speak of. */
async function addItem(
  app: JupyterFrontEnd,
  manager: IClusterManager,
  trans: TranslationBundle,
  statusBar: IStatusBar
): Promise<void> {
  const { ClustersStatus } = await import('../shell/statusItem');
  const openPanel = () => void app.commands.execute(CommandIDs.openPanel);
  statusBar.registerStatusItem(ID, {
    item: new ClustersStatus(manager, trans, openPanel),
    align: 'left',
    rank: 10,
    isActive: () => manager.clusters.length > 0,
    activeStateChanged: manager.changed
  });
}
