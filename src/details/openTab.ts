import type { ILabShell, JupyterFrontEnd } from '@jupyterlab/application';
import type { WidgetTracker } from '@jupyterlab/apputils';
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { IClusterCommands } from '../commands/clusterParts';
import { HintSettings } from '../model/hintSettings';
import { ClusterDetails, detailsId } from './detailsWidget';
import { readSection } from './sections';

/** The plugin whose settings say which hints are shown. */
const PANEL = 'jupyter-dask-slurm:panel';

/** What the command about details works with. */
export interface IDetailsCommands extends IClusterCommands {
  readonly tracker: WidgetTracker<ClusterDetails>;
  /** Null where the shell holds a single main widget. */
  readonly labShell: ILabShell | null;
  readonly settings: ISettingRegistry | null;
}

/** Open everything about a cluster as a tab, or show what is meant in the one that is open. */
export async function openTab(
  app: JupyterFrontEnd,
  parts: IDetailsCommands,
  clusterId: string,
  args: ReadonlyPartialJSONObject
): Promise<ClusterDetails> {
  const { manager, selection, tracker, trans } = parts;
  const { commands } = app;
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
