import { INotebookTracker, NotebookActions } from '@jupyterlab/notebook';
import type { ISettingRegistry } from '@jupyterlab/settingregistry';

import type { IClusterManager } from '../tokens';
import { NotebookLinks } from './notebookLinks';

export { addNotebookCommands } from './notebookCommands';
export { toolbarButton } from './toolbar/toolbarButton';

/** A cell that may have made or closed a client, or a cluster. */
const MAKES_CLIENT = /\b(connect|Client|get_client|close|shutdown|SLURMCluster|from_name)\(/;

/** Link every notebook, those that are open and those that will be. */
export function linkNotebooks(
  manager: IClusterManager,
  notebooks: INotebookTracker,
  settings: Promise<ISettingRegistry.ISettings> | undefined
): NotebookLinks {
  let autoAttach = false;
  const links = new NotebookLinks({ manager, autoAttach: () => autoAttach });
  notebooks.forEach(panel => links.of(panel));
  notebooks.widgetAdded.connect((_, panel) => links.of(panel));
  lookAfterCells(notebooks, links);
  void settings?.then(loaded => {
    const read = () => {
      autoAttach = loaded.get('autoAttach').composite === true;
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
