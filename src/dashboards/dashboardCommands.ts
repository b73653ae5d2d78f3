import type { ILabShell, JupyterFrontEnd } from '@jupyterlab/application';
import type { WidgetTracker } from '@jupyterlab/apputils';
import { URLExt } from '@jupyterlab/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { CommandIDs } from '../commandIds';
import { aboutCluster } from '../commands/args';
import { openInBrowser } from '../commands/openInBrowser';
import { dashboardIcon } from '../icons';
import type { IClusterManager, ISelection } from '../tokens';
import type { DashboardPane, IPaneOptions } from './pane';

/** What the commands about dashboards work with. */
export interface IDashboardCommands {
  readonly manager: IClusterManager;
  readonly selection: ISelection;
  readonly tracker: WidgetTracker<DashboardPane>;
  /** Null where the shell holds a single main widget. */
  readonly labShell: ILabShell | null;
  readonly trans: TranslationBundle;
}

/** Register what opens the dashboard's pages as tabs. */
export function addDashboardCommands(app: JupyterFrontEnd, parts: IDashboardCommands): void {
  const { manager, selection, tracker, trans } = parts;
  const { commands } = app;
  commands.addCommand(CommandIDs.openDashboard, {
    label: ({ title, isPalette }) =>
      typeof title !== 'string'
        ? trans.__('Open Dashboard')
        : isPalette
          ? trans.__('Dashboard: %1', title)
          : title,
    caption: ({ about }) =>
      typeof about === 'string'
        ? about
        : trans.__('Open a page of the Dask dashboard of the selected cluster'),
    icon: dashboardIcon,
    describedBy: aboutCluster({
      plot: {
        type: 'string',
        description: 'The page below the dashboard, for example individual-task-stream'
      },
      title: { type: 'string', description: 'What the tab is called' },
      about: { type: 'string', description: 'What the page shows, in a line' },
      mode: { type: 'string', description: 'Where it is placed, for example split-right' },
      ref: { type: 'string', description: 'The page beside whose pane it is placed' },
      name: { type: 'string', description: 'The name of the cluster, where it is not known any more' }
    }),
    isEnabled: args => typeof args.cluster === 'string' || selection.current !== null,
    execute: async args => {
      const asked = readOptions(args, parts);
      const cluster = asked && manager.get(asked.clusterId);
      if (cluster && !parts.labShell) {
        openInBrowser(URLExt.join(manager.client.settings.baseUrl, cluster.dashboard_path, asked.plot));
      }
      if (!asked || !parts.labShell) {
        return;
      }
      const [{ DashboardPane }, { plotTitle }] = await Promise.all([import('./pane'), import('./plots')]);
      const options = { ...asked, title: asked.title ?? plotTitle(asked.plot, trans) };
      const find = (plot: unknown) =>
        tracker.find(({ options: open }) => open.clusterId === options.clusterId && open.plot === plot);
      const pane = find(options.plot) ?? new DashboardPane(options, { manager, commands, trans });
      if (!pane.isAttached) {
        pane.followed.connect(() => void tracker.save(pane));
        app.shell.add(pane, 'main', readPlace(args.mode, find(args.ref)?.id));
        await tracker.add(pane);
      }
      app.shell.activateById(pane.id);
      return pane;
    }
  });
}

/** Where JupyterLab's shell puts a widget. */
type Place = NonNullable<Parameters<JupyterFrontEnd['shell']['add']>[2]>;

/** Beside another pane, or beside what is open. */
function readPlace(mode: unknown, ref: string | undefined): Place {
  return typeof mode === 'string' ? { mode: mode as Place['mode'], ref } : {};
}

/** Which page is meant; its title where one is given. */
type Asked = Omit<IPaneOptions, 'title'> & { readonly title: string | undefined };

function readOptions(args: ReadonlyPartialJSONObject, parts: IDashboardCommands): Asked | null {
  const { manager, selection } = parts;
  const clusterId = typeof args.cluster === 'string' ? args.cluster : selection.current;
  if (clusterId === null) {
    return null;
  }
  const given = typeof args.name === 'string' ? args.name : clusterId;
  const plot = typeof args.plot === 'string' ? args.plot : 'status';
  return {
    clusterId,
    plot,
    title: typeof args.title === 'string' ? args.title : undefined,
    clusterName: manager.get(clusterId)?.name ?? given
  };
}
