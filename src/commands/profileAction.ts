import { Notification } from '@jupyterlab/apputils';
import { saveIcon } from '@jupyterlab/ui-components';

import { profileOf, readNextOption } from '../model/nextStart';
import { NEXT_OPTION } from './args';
import type { IClusterAction, IClusterCommands } from './clusterAction';

/** Keep what a cluster was started with for new ones, with one option changed where one is named. */
export function saveProfileAction({ manager, trans }: IClusterCommands): IClusterAction {
  return {
    label: trans.__('Save Cluster as Profile…'),
    icon: saveIcon,
    properties: NEXT_OPTION,
    enabled: () => true,
    run: async (cluster, args) => {
      const { client } = manager;
      const { askProfileName } = await import('./dialogs');
      const profiles = await client.profiles().catch(() => []);
      const taken = profiles.filter(({ source }) => source === 'user').map(({ name }) => name);
      const name = await askProfileName(cluster, taken, trans);
      if (name !== null) {
        const next = readNextOption(args);
        await client.saveProfile(name, profileOf(cluster, next, trans.__('As %1', cluster.name)));
        Notification.success(trans.__('Saved as profile %1', name), { autoClose: 3000 });
      }
    }
  };
}
