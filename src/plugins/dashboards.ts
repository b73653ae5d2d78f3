import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ILabShell, ILayoutRestorer } from '@jupyterlab/application';
import { ICommandPalette, WidgetTracker } from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ITranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../commandIds';
import { addDashboardCommands } from '../dashboards/dashboardCommands';
import { addLayoutCommands } from '../dashboards/layouts/layoutCommands';
import type { DashboardPane } from '../dashboards/pane';
import { addReportCommand } from '../dashboards/reportCommand';
import { IClusterManager, ISelection } from '../tokens';

const ID = 'jupyter-dask-slurm:dashboards';

const IN_PALETTE = [
  CommandIDs.openDashboard,
  CommandIDs.openLayout,
  CommandIDs.saveLayout,
  CommandIDs.saveReport
];

/** Dashboards as tabs that come back after a reload. */
export const dashboardsPlugin: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Opens pages of the Dask dashboard as tabs.',
  autoStart: true,
  requires: [IClusterManager, ISelection, ITranslator],
  optional: [ILayoutRestorer, ICommandPalette, ISettingRegistry, ILabShell],
  activate: (
    app: JupyterFrontEnd,
    manager: IClusterManager,
    selection: ISelection,
    translator: ITranslator,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    settings: ISettingRegistry | null,
    labShell: ILabShell | null
  ) => {
    const trans = translator.load('jupyter_dask_slurm');
    const tracker = new WidgetTracker<DashboardPane>({ namespace: 'dask-slurm-dashboards' });
    const parts = { manager, selection, tracker, trans, labShell };
    addDashboardCommands(app, parts);
    addLayoutCommands(app, { ...parts, settings, settingsId: ID });
    addReportCommand(app.commands, { manager, selection, trans });
    void restorer?.restore(tracker, {
      command: CommandIDs.openDashboard,
      args: pane => pane.args,
      name: pane => pane.id
    });
    const category = trans.__('Dask on Slurm');
    IN_PALETTE.forEach(command => palette?.addItem({ command, category }));
    if (palette) {
      addPages(palette, manager, trans);
    }
  }
};

/** Each page gets a line in the palette, once there is something to look at. */
function addPages(palette: ICommandPalette, manager: IClusterManager, trans: TranslationBundle): void {
  const add = async (): Promise<void> => {
    if (manager.clusters.some(({ status }) => status === 'running')) {
      manager.changed.disconnect(look);
      const { paletteArgs } = await import('../dashboards/plots');
      const category = trans.__('Dask on Slurm');
      paletteArgs(trans).forEach(args =>
        palette.addItem({ command: CommandIDs.openDashboard, category, args })
      );
    }
  };
  const look = (): void => void add();
  manager.changed.connect(look);
}
