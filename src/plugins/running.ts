import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IRunningSessionManagers } from '@jupyterlab/running';
import { ITranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../commandIds';
import { RunningClusters } from '../shell/runningClusters';
import { IClusterManager, ISelection } from '../tokens';

/** The clusters among what runs: kernels, terminals, and so on. */
export const runningPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-dask-slurm:running',
  description: 'Lists the Dask clusters in the Running panel.',
  autoStart: true,
  requires: [IClusterManager, ISelection, ITranslator],
  optional: [IRunningSessionManagers],
  activate: (
    app: JupyterFrontEnd,
    manager: IClusterManager,
    selection: ISelection,
    translator: ITranslator,
    running: IRunningSessionManagers | null
  ) => {
    const open = (id: string) => {
      selection.select(id);
      void app.commands.execute(CommandIDs.openPanel);
    };
    running?.add(new RunningClusters(manager, translator.load('jupyter_dask_slurm'), open));
  }
};
