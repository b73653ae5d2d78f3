import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator } from '@jupyterlab/translation';

import { CommandIDs } from '../commandIds';
import { described } from '../commands/args';
import type { Notifier } from '../shell/notifier';
import { IClusterManager, ISelection } from '../tokens';

const ID = 'jupyter-dask-slurm:notifications';

/** Says what happens to clusters while their user looks elsewhere. */
export const notificationsPlugin: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Notifies of what happens to Dask clusters.',
  autoStart: true,
  requires: [IClusterManager, ISelection, ITranslator],
  optional: [ISettingRegistry, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    manager: IClusterManager,
    selection: ISelection,
    translator: ITranslator,
    settings: ISettingRegistry | null,
    palette: ICommandPalette | null
  ) => {
    const trans = translator.load('jupyter_dask_slurm');
    let loading: Promise<Notifier> | null = null;
    const load = () =>
      (loading ??= import('../shell/notifier')
        .then(({ Notifier }) => new Notifier(app, { manager, selection, trans, settings, id: ID }))
        .catch(error => {
          // The way to the server may be there at the next time.
          loading = null;
          throw error;
        }));
    const first = () => {
      if (manager.clusters.length > 0) {
        load().then(
          () => manager.changed.disconnect(first),
          () => undefined
        );
      }
    };
    manager.changed.connect(first);
    const command = CommandIDs.toggleBrowserNotifications;
    app.commands.addCommand(command, {
      label: trans.__('Browser Notifications On or Off'),
      describedBy: described(),
      execute: async () => (await load()).toggleOutside()
    });
    palette?.addItem({ command, category: trans.__('Dask on Slurm') });
  }
};
