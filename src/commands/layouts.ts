import type { JupyterFrontEnd } from '@jupyterlab/application';
import { InputDialog, Notification } from '@jupyterlab/apputils';
import { saveIcon } from '@jupyterlab/ui-components';
import type { Widget } from '@lumino/widgets';

import { Area, layoutOf, layoutSteps } from '../dashboards/layout';
import type { Layouts } from '../dashboards/layouts';
import { dashboardIcon } from '../icons';
import { aboutCluster, namedCluster } from './args';
import type { IDashboardCommands } from './dashboards';
import { attempt } from './failure';
import { CommandIDs } from './ids';

/** What the commands about layouts work with. */
export interface ILayoutCommands extends IDashboardCommands {
  readonly layouts: Layouts;
}

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
      const chosen = await chooseLayout(parts, args.layout);
      if (cluster && chosen) {
        const layout = await parts.layouts.get(chosen.name);
        for (const { plot, mode, ref } of layoutSteps(layout)) {
          await commands.execute(CommandIDs.openDashboard, { cluster: cluster.id, plot, mode, ref });
        }
      }
    }
  });
  commands.addCommand(CommandIDs.saveLayout, {
    label: trans.__('Save Dashboard Layout…'),
    caption: trans.__('Remember which dashboards of the selected cluster are open, and where'),
    icon: saveIcon,
    describedBy: aboutCluster(),
    isEnabled: () => parts.labShell !== null && selection.current !== null,
    execute: args => attempt(() => saveLayout(parts, namedCluster(args, manager, selection)?.id))
  });
}

/** @returns the layout to open, with no name for the default one; null where the user gave up. */
async function chooseLayout(
  { layouts, trans }: ILayoutCommands,
  named: unknown
): Promise<{ name?: string } | null> {
  const names = await layouts.names();
  if (typeof named === 'string' || names.length === 0) {
    return { name: typeof named === 'string' ? named : undefined };
  }
  const standard = trans.__('Default');
  const answer = await InputDialog.getItem({
    title: trans.__('Open dashboards'),
    label: trans.__('Layout'),
    items: [...names, standard],
    okLabel: trans.__('Open')
  });
  if (!answer.button.accept || answer.value === null) {
    return null;
  }
  return { name: names.includes(answer.value) ? answer.value : undefined };
}

async function saveLayout(parts: ILayoutCommands, clusterId: string | undefined): Promise<void> {
  const { labShell, layouts, tracker, trans } = parts;
  const area = labShell?.saveLayout().mainArea?.dock?.main;
  const plotOf = (widget: Widget) => {
    const pane = tracker.find(open => open === widget);
    return pane && pane.options.clusterId === clusterId ? pane.options.plot : null;
  };
  const layout = area ? layoutOf(area as Area<Widget>, plotOf) : {};
  if (Object.keys(layout).length === 0) {
    Notification.info(trans.__('Open some dashboards of this cluster first, and place them as you like.'));
    return;
  }
  const answer = await InputDialog.getText({
    title: trans.__('Save the layout of these dashboards'),
    label: trans.__('Name'),
    okLabel: trans.__('Save')
  });
  const name = answer.value?.trim();
  if (answer.button.accept && name) {
    await layouts.save(name, layout);
    Notification.success(trans.__('Layout %1 saved', name), { autoClose: 2000 });
  }
}
