import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ILayoutRestorer } from '@jupyterlab/application';
import {
  createToolbarFactory,
  ICommandPalette,
  IToolbarWidgetRegistry,
  setToolbar
} from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, TranslationBundle } from '@jupyterlab/translation';

import { Widget } from '@lumino/widgets';

import { CommandIDs, PANEL_ID } from '../commandIds';
import { described } from '../commands/args';
import { addClusterCommands } from '../commands/clusterCommands';
import { daskSlurmIcon } from '../icons';
import { LazyWidget } from '../shell/lazyWidget';
import { IClusterManager, ISelection } from '../tokens';

const ID = 'jupyter-dask-slurm:panel';
/** The plugin whose settings hold what belongs to dashboards. */
const DASHBOARDS = 'jupyter-dask-slurm:dashboards';

const IN_PALETTE = [
  CommandIDs.openPanel,
  CommandIDs.scaleCluster,
  CommandIDs.adaptCluster,
  CommandIDs.renameCluster,
  CommandIDs.restartCluster,
  CommandIDs.stopCluster,
  CommandIDs.saveProfile,
  CommandIDs.copyAddress
];

/** The sidebar and the commands about clusters. */
export const panelPlugin: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Adds the Dask on Slurm panel.',
  autoStart: true,
  requires: [IClusterManager, ISelection, ITranslator],
  optional: [ILayoutRestorer, ICommandPalette, ISettingRegistry, IToolbarWidgetRegistry],
  activate: (
    app: JupyterFrontEnd,
    manager: IClusterManager,
    selection: ISelection,
    translator: ITranslator,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    settings: ISettingRegistry | null,
    toolbars: IToolbarWidgetRegistry | null
  ) => {
    const { commands, shell } = app;
    const trans = translator.load('jupyter_dask_slurm');
    addClusterCommands(commands, { manager, selection, trans });

    toolbars?.addFactory('DaskSlurm', 'title', () => heading(trans.__('Dask on Slurm')));
    // Made at once and not with the panel, because settings wait for it.
    const toolbarOf =
      settings && toolbars && createToolbarFactory(toolbars, settings, 'DaskSlurm', ID, translator);
    const panel = new LazyWidget(
      async () => {
        const { ClustersPanel, Favourites, HintSettings } = await import('../sidebar/panel');
        const { newMenu } = await import('../commands/newMenu');
        const parts = { manager, selection, commands, trans, hints: new HintSettings(settings, ID) };
        const content = new ClustersPanel(parts, new Favourites(settings, DASHBOARDS), translator);
        if (toolbarOf) {
          toolbars?.addFactory('DaskSlurm', 'newMenu', () => newMenu(commands, trans));
          setToolbar(content, toolbarOf);
        }
        return content;
      },
      tryAgain => notLoaded(trans, tryAgain)
    );
    panel.id = PANEL_ID;
    callIt(panel, trans.__('Dask on Slurm'));
    shell.add(panel, 'left', { rank: 350, type: 'Dask on Slurm' });
    restorer?.add(panel, panel.id);

    commands.addCommand(CommandIDs.openPanel, {
      label: trans.__('Show Dask on Slurm'),
      icon: daskSlurmIcon,
      describedBy: described(),
      execute: () => show(shell, panel)
    });
    IN_PALETTE.forEach(command => palette?.addItem({ command, category: trans.__('Dask on Slurm') }));
  }
};

/** Notebook 7.1 to 7.5 hide what is activated while it is shown. */
function show(shell: JupyterFrontEnd.IShell, panel: Widget): void {
  if (panel.isVisible) {
    panel.activate();
  } else {
    shell.activateById(panel.id);
  }
}

function callIt(panel: Widget, name: string): void {
  panel.title.icon = daskSlurmIcon;
  panel.title.caption = name;
  panel.node.setAttribute('role', 'region');
  panel.node.setAttribute('aria-label', name);
}

function heading(text: string): Widget {
  const title = new Widget({ node: document.createElement('h2') });
  title.addClass('jp-DaskSlurmPanel-title');
  title.node.textContent = text;
  return title;
}

function notLoaded(trans: TranslationBundle, tryAgain: () => void): Widget {
  const note = new Widget();
  note.node.setAttribute('role', 'alert');
  note.node.style.padding = '12px';
  const button = document.createElement('button');
  button.className = 'jp-mod-styled';
  button.textContent = trans.__('Try again');
  button.onclick = tryAgain;
  note.node.append(
    trans.__('The code of the panel could not be loaded.'),
    document.createElement('p'),
    button
  );
  return note;
}
