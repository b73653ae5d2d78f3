import { nullTranslator } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';
import { Signal } from '@lumino/signaling';

import { CommandIDs } from '../../commandIds';
import type { NotebookLink } from '../../notebook/notebookLink';
import { addRecipeCommands, INotebookCommands } from '../../notebook/recipeCommands';

describe('the offer to start what a notebook needs', () => {
  const trans = nullTranslator.load('jupyter_dask_slurm');

  it('is made once it is known that there is no such cluster', () => {
    const commands = new CommandRegistry();
    const manager = { connection: 'pending' };
    const [changed, currentChanged] = [new Signal<object, void>({}), new Signal<object, void>({})];
    const parts = { trans, manager, notebooks: { currentChanged }, links: { changed } };
    const link = { hasCluster: false, recipe: { jobs: 4, cores: 8 } } as unknown as NotebookLink;
    addRecipeCommands(commands, parts as unknown as INotebookCommands, () => link);
    const told = jest.fn();
    commands.commandChanged.connect(told);
    changed.emit();
    expect(commands.isVisible(CommandIDs.startRecipe)).toBe(false);
    expect(told).not.toHaveBeenCalled();
    manager.connection = 'live';
    changed.emit();
    expect(commands.isVisible(CommandIDs.startRecipe)).toBe(true);
    expect(commands.label(CommandIDs.startRecipe)).toBe('Start 4 × 8 cores for this notebook…');
    expect(told).toHaveBeenCalledTimes(1);
  });
});
