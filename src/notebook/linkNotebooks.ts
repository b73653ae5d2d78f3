import { INotebookTracker, NotebookActions, type NotebookPanel } from '@jupyterlab/notebook';
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { IClusterManager } from '../tokens';
import { NotebookLinks } from './notebookLinks';
import { CellProgress } from './progress/cellProgress';

export { addNotebookCommands } from './notebookCommands';
export { toolbarButton } from './toolbar/toolbarButton';

/** A cell that may have made or closed a client, or a cluster. */
const MAKES_CLIENT = /\b(connect|Client|get_client|close|shutdown|SLURMCluster|from_name)\(/;

/** Link every notebook, those that are open and those that will be. */
export function linkNotebooks(
  manager: IClusterManager,
  notebooks: INotebookTracker,
  settings: Promise<ISettingRegistry.ISettings> | undefined,
  trans: TranslationBundle
): NotebookLinks {
  let autoAttach = false;
  let showsProgress = true;
  const links = new NotebookLinks({ manager, autoAttach: () => autoAttach });
  const parts = {
    client: manager.client,
    clusters: () => manager.clusters,
    isWanted: () => showsProgress,
    trans
  };
  const link = (panel: NotebookPanel) => {
    const progress = new CellProgress(panel, links.of(panel), parts);
    panel.disposed.connect(() => progress.dispose());
  };
  notebooks.forEach(link);
  notebooks.widgetAdded.connect((_, panel) => link(panel));
  lookAfterCells(notebooks, links);
  void settings?.then(loaded => {
    const read = () => {
      autoAttach = loaded.get('autoAttach').composite === true;
      showsProgress = loaded.get('progress').composite !== false;
      links.reconsider();
    };
    loaded.changed.connect(read);
    read();
  });
  return links;
}

/** The user's own code connects as well. */
function lookAfterCells(notebooks: INotebookTracker, links: NotebookLinks): void {
  NotebookActions.executed.connect((_, { notebook, cell }) => {
    const panel = notebooks.find(({ content }) => content === notebook);
    if (panel && MAKES_CLIENT.test(cell.model.sharedModel.getSource())) {
      // A kernel that ends meanwhile leaves nothing to be known.
      links
        .of(panel)
        .look()
        .catch(() => undefined);
    }
  });
}
