import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ILayoutRestorer } from '@jupyterlab/application';
import { ICommandPalette, WidgetTracker } from '@jupyterlab/apputils';
import { ITranslator } from '@jupyterlab/translation';

import { addDashboardCommands } from '../commands/dashboards';
import { CommandIDs } from '../commands/ids';
import type { DashboardPane } from '../dashboards/pane';
import { IClusterManager, ISelection } from '../tokens';

/** Dashboards as tabs that come back after a reload. */
export const dashboardsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-dask-slurm:dashboards',
  description: 'Opens pages of the Dask dashboard as tabs.',
  autoStart: true,
  requires: [IClusterManager, ISelection, ITranslator],
  optional: [ILayoutRestorer, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    manager: IClusterManager,
    selection: ISelection,
    translator: ITranslator,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null
  ) => {
    const trans = translator.load('jupyter_dask_slurm');
    const tracker = new WidgetTracker<DashboardPane>({ namespace: 'dask-slurm-dashboards' });
    addDashboardCommands(app, { manager, selection, tracker, trans });
    void restorer?.restore(tracker, {
      command: CommandIDs.openDashboard,
      args: pane => pane.args,
      name: pane => pane.id
    });
    palette?.addItem({ command: CommandIDs.openDashboard, category: trans.__('Dask on Slurm') });
  }
};
