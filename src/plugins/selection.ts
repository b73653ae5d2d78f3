import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IStateDB } from '@jupyterlab/statedb';

import { Selection } from '../model/selection';
import { IClusterManager, ISelection } from '../tokens';

const ID = 'jupyter-dask-slurm:selection';

/** Provides the selected cluster, and remembers it over reloads. */
export const selectionPlugin: JupyterFrontEndPlugin<ISelection> = {
  id: ID,
  description: 'Provides which Dask cluster is selected.',
  autoStart: true,
  provides: ISelection,
  requires: [IClusterManager],
  optional: [IStateDB],
  activate: (_: JupyterFrontEnd, manager: IClusterManager, state: IStateDB | null) => {
    const selection = new Selection(manager);
    if (state) {
      void remember(selection, state);
    }
    return selection;
  }
};

async function remember(selection: Selection, state: IStateDB): Promise<void> {
  const remembered = await state.fetch(ID);
  if (typeof remembered === 'string') {
    selection.select(remembered);
  }
  selection.changed.connect((_, id) => void (id === null ? state.remove(ID) : state.save(ID, id)));
}
