import type { ILabShell } from '@jupyterlab/application';
import type { WidgetTracker } from '@jupyterlab/apputils';
import { InputDialog, Notification } from '@jupyterlab/apputils';
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Widget } from '@lumino/widgets';

import type { DashboardPane } from '../pane';
import { Area, IStep, layoutOf, layoutSteps } from './layout';
import { LayoutSettings } from './layoutSettings';

/** What layouts are chosen and saved with. */
export interface ILayoutParts {
  /** Null where the shell holds a single main widget. */
  readonly labShell: ILabShell | null;
  readonly tracker: WidgetTracker<DashboardPane>;
  readonly trans: TranslationBundle;
  /** Where layouts are kept; without, there is just the default. */
  readonly settings: ISettingRegistry | null;
  /** The plugin whose settings they are. */
  readonly settingsId: string;
}

/** @returns the panes of a layout, asked for where none is named and there are some; none where the user gave up. */
export async function chooseLayout(parts: ILayoutParts, named: unknown): Promise<IStep[]> {
  const layouts = new LayoutSettings(parts.settings, parts.settingsId);
  const name = typeof named === 'string' ? named : await askLayout(layouts, parts.trans);
  return name === null ? [] : layoutSteps(await layouts.get(name));
}

/** @returns the name of a saved layout, undefined for the default one, null where the user gave up. */
async function askLayout(
  layouts: LayoutSettings,
  trans: TranslationBundle
): Promise<string | undefined | null> {
  const names = await layouts.names();
  if (names.length === 0) {
    return undefined;
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
  return names.includes(answer.value) ? answer.value : undefined;
}

/** Ask for a name, and remember how the panes of a cluster lie. */
export async function saveLayout(parts: ILayoutParts, clusterId: string | undefined): Promise<void> {
  const { labShell, tracker, trans } = parts;
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
    await new LayoutSettings(parts.settings, parts.settingsId).save(name, layout);
    Notification.success(trans.__('Layout %1 saved', name), { autoClose: 2000 });
  }
}
