import type { JupyterFrontEnd } from '@jupyterlab/application';
import { saveIcon } from '@jupyterlab/ui-components';

import { CommandIDs } from '../../commandIds';
import { aboutCluster, namedCluster } from '../../commands/args';
import { attempt } from '../../commands/attempt';
import { dashboardIcon } from '../../icons';
import type { IDashboardCommands } from '../dashboardCommands';
import type { ILayoutParts } from './layoutDialogs';

/** What the commands about layouts work with. */
export interface ILayoutCommands extends IDashboardCommands, ILayoutParts {}

const layoutDialogs = () => import('./layoutDialogs');

/** Register what opens several dashboards at once, and what remembers how they lie. */
export function addLayoutCommands(app: JupyterFrontEnd, parts: ILayoutCommands): void {
  const { manager, selection, trans } = parts;
  const { commands } = app;
  commands.addCommand(CommandIDs.openLayout, {
    label: trans.__('Open Dashboard Layout'),
    caption: trans.__('Open several dashboards of the selected cluster side by side'),
    icon: dashboardIcon,
    describedBy: aboutCluster({
      layout: { type: 'string', description: 'The name of a saved layout; asked for where there are some' }
    }),
    isEnabled: args => namedCluster(args, manager, selection)?.status === 'running',
    execute: async args => {
      const cluster = namedCluster(args, manager, selection);
      if (cluster && !parts.labShell) {
        await commands.execute(CommandIDs.openDashboard, { cluster: cluster.id });
        return;
      }
      await attempt(async () => {
        if (cluster) {
          const { chooseLayout } = await layoutDialogs();
          for (const { plot, mode, ref } of await chooseLayout(parts, args.layout)) {
            await commands.execute(CommandIDs.openDashboard, { cluster: cluster.id, plot, mode, ref });
          }
        }
      });
    }
  });
  commands.addCommand(CommandIDs.saveLayout, {
    label: trans.__('Save Dashboard Layout…'),
    caption: trans.__('Remember which dashboards of the selected cluster are open, and where'),
    icon: saveIcon,
    describedBy: aboutCluster(),
    isEnabled: () => parts.labShell !== null && selection.current !== null,
    execute: args =>
      attempt(async () => {
        const { saveLayout } = await layoutDialogs();
        await saveLayout(parts, namedCluster(args, manager, selection)?.id);
      })
  });
}
