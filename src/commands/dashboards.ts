import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { WidgetTracker } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { DashboardPane, IPaneOptions } from '../dashboards/pane';
import { dashboardIcon } from '../icons';
import type { IClusterManager, ISelection } from '../tokens';
import { aboutCluster } from './args';
import { CommandIDs } from './ids';

/** What the commands about dashboards work with. */
export interface IDashboardCommands {
  readonly manager: IClusterManager;
  readonly selection: ISelection;
  readonly tracker: WidgetTracker<DashboardPane>;
  readonly trans: TranslationBundle;
}

/** Register what opens the dashboard's pages as tabs. */
export function addDashboardCommands(app: JupyterFrontEnd, parts: IDashboardCommands): void {
  const { manager, selection, tracker, trans } = parts;
  app.commands.addCommand(CommandIDs.openDashboard, {
    label: args => (typeof args.title === 'string' ? args.title : trans.__('Open Dashboard')),
    caption: trans.__('Open a page of the Dask dashboard of the selected cluster'),
    icon: dashboardIcon,
    describedBy: aboutCluster({
      plot: {
        type: 'string',
        description: 'The page below the dashboard, for example individual-task-stream'
      },
      title: { type: 'string', description: 'What the tab is called' },
      name: { type: 'string', description: 'The name of the cluster, where it is not known any more' }
    }),
    isEnabled: args => typeof args.cluster === 'string' || selection.current !== null,
    execute: async args => {
      const options = readOptions(args, parts);
      if (!options) {
        return;
      }
      const { DashboardPane, paneId } = await import('../dashboards/pane');
      const id = paneId(options);
      const pane = tracker.find(open => open.id === id) ?? new DashboardPane(options, manager, trans);
      if (!pane.isAttached) {
        app.shell.add(pane, 'main');
        await tracker.add(pane);
      }
      app.shell.activateById(pane.id);
      return pane;
    }
  });
}

function readOptions(args: ReadonlyPartialJSONObject, parts: IDashboardCommands): IPaneOptions | null {
  const { manager, selection, trans } = parts;
  const clusterId = typeof args.cluster === 'string' ? args.cluster : selection.current;
  if (clusterId === null) {
    return null;
  }
  const given = typeof args.name === 'string' ? args.name : clusterId;
  return {
    clusterId,
    plot: typeof args.plot === 'string' ? args.plot : 'status',
    title: typeof args.title === 'string' ? args.title : trans.__('Status'),
    clusterName: manager.get(clusterId)?.name ?? given
  };
}
