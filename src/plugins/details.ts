import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ILabShell, ILayoutRestorer, IRouter } from '@jupyterlab/application';
import { ICommandPalette, WidgetTracker } from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../commandIds';
import { addDetailsCommands } from '../details/detailsCommands';
import { readDetailsLink } from '../details/detailsLink';
import type { ClusterDetails } from '../details/detailsWidget';
import { IClusterManager, ISelection } from '../tokens';

/** Everything about a cluster as a tab that comes back after a reload, and that a link can open. */
export const detailsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'jupyter-dask-slurm:details',
  description: 'Shows jobs, logs, code, history and options of a Dask cluster.',
  autoStart: true,
  requires: [IClusterManager, ISelection, ITranslator],
  optional: [ILayoutRestorer, ICommandPalette, IRouter, ILabShell, ISettingRegistry],
  activate: (
    app: JupyterFrontEnd,
    manager: IClusterManager,
    selection: ISelection,
    translator: ITranslator,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    router: IRouter | null,
    labShell: ILabShell | null,
    settings: ISettingRegistry | null
  ) => {
    const trans = translator.load('jupyter_dask_slurm');
    const tracker = new WidgetTracker<ClusterDetails>({ namespace: 'dask-slurm-details' });
    addDetailsCommands(app, { manager, selection, tracker, trans, labShell, settings });
    void restorer?.restore(tracker, {
      command: CommandIDs.openDetails,
      args: tab => tab.args,
      name: tab => tab.id
    });
    palette?.addItem({ command: CommandIDs.openDetails, category: trans.__('Dask on Slurm') });
    router?.routed.connect((_, { search }) => {
      const args = labShell && readDetailsLink(search ?? '');
      if (args) {
        void app.restored.then(() => app.commands.execute(CommandIDs.openDetails, args));
      }
    });
  }
};
