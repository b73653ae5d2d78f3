import type { JupyterFrontEnd } from '@jupyterlab/application';
import { listIcon } from '@jupyterlab/ui-components';

import { CommandIDs } from '../commandIds';
import { aboutCluster } from '../commands/args';
import { openInBrowser } from '../commands/openInBrowser';
import { detailsLink } from './detailsLink';
import type { IDetailsCommands } from './openTab';
import { SECTIONS } from './sections';

/** Register what opens everything about a cluster as a tab; its code is loaded when it is first opened. */
export function addDetailsCommands(app: JupyterFrontEnd, parts: IDetailsCommands): void {
  const { manager, selection, trans } = parts;
  const { commands } = app;
  commands.addCommand(CommandIDs.openDetails, {
    label: trans.__('Show Jobs, Logs and Options'),
    caption: trans.__('Open everything about the selected Dask cluster as a tab'),
    icon: listIcon,
    describedBy: aboutCluster({
      section: { type: 'string', enum: SECTIONS, description: 'What is shown first' },
      job: { type: 'string', description: 'The job whose log is shown' },
      name: { type: 'string', description: 'The name of the cluster, where it is not known any more' }
    }),
    isEnabled: args => typeof args.cluster === 'string' || selection.current !== null,
    execute: async args => {
      const clusterId = typeof args.cluster === 'string' ? args.cluster : selection.current;
      if (clusterId === null) {
        return;
      }
      if (!parts.labShell) {
        openInBrowser(detailsLink(manager.client.settings.baseUrl, clusterId, args));
        return;
      }
      const { openTab } = await import('./openTab');
      return openTab(app, parts, clusterId, args);
    }
  });
}
