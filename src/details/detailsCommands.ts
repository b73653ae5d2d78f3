import type { ILabShell, JupyterFrontEnd } from '@jupyterlab/application';
import type { WidgetTracker } from '@jupyterlab/apputils';
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { listIcon } from '@jupyterlab/ui-components';

import { CommandIDs } from '../commandIds';
import { aboutCluster } from '../commands/args';
import type { IClusterCommands } from '../commands/clusterAction';
import { openInBrowser } from '../commands/openInBrowser';
import { detailsLink } from './detailsLink';
import type { ClusterDetails } from './detailsWidget';
import { readSection, SECTIONS } from './sections';

/** The plugin whose settings say which hints are shown. */
const PANEL = 'jupyter-dask-slurm:panel';

/** What the command about details works with. */
export interface IDetailsCommands extends IClusterCommands {
  readonly tracker: WidgetTracker<ClusterDetails>;
  /** Null where the shell holds a single main widget. */
  readonly labShell: ILabShell | null;
  readonly settings: ISettingRegistry | null;
}

/** Register what opens everything about a cluster as a tab; its code is loaded when it is first opened. */
export function addDetailsCommands(app: JupyterFrontEnd, parts: IDetailsCommands): void {
  const { manager, selection, tracker, trans } = parts;
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
      const { ClusterDetails, detailsId, HintSettings } = await import('./detailsWidget');
      const job = typeof args.job === 'string' ? args.job : null;
      const section = readSection(args.section);
      const given = typeof args.name === 'string' ? args.name : clusterId;
      const clusterName = manager.get(clusterId)?.name ?? given;
      let tab = tracker.find(open => open.id === detailsId(clusterId));
      if (!tab) {
        const options = { clusterId, clusterName, section, job };
        const hints = new HintSettings(parts.settings, PANEL);
        tab = new ClusterDetails(options, { manager, selection, commands, trans, hints });
        const opened = tab;
        opened.content.sectionChanged.connect(() => void tracker.save(opened));
        app.shell.add(tab, 'main');
        await tracker.add(tab);
      } else if (job !== null) {
        tab.content.showLog({ job, stream: 'stderr' });
      } else if (args.section !== undefined) {
        tab.content.showSection(section);
      }
      app.shell.activateById(tab.id);
      return tab;
    }
  });
}
