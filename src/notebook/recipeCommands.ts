import type { INotebookTracker } from '@jupyterlab/notebook';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { CommandIDs } from '../commandIds';
import { described, Properties } from '../commands/args';
import type { IClusterCommands } from '../commands/clusterParts';
import { daskSlurmIcon } from '../icons';
import { recipeWords } from '../model/recipe';
import type { NotebookLink } from './notebookLink';
import type { NotebookLinks } from './notebookLinks';

/** Finds the notebook that a command is about. */
export type FindLink = (args: ReadonlyPartialJSONObject) => NotebookLink | null;

export const NOTEBOOK: Properties = {
  notebook: { type: 'string', description: "The id of the notebook's tab; the current one by default" }
};

/** What the commands about notebooks work with. */
export interface INotebookCommands extends IClusterCommands {
  readonly notebooks: INotebookTracker;
  readonly links: NotebookLinks;
}

/** Register what lets a notebook say how its cluster is made, and what starts one like it. */
export function addRecipeCommands(
  commands: CommandRegistry,
  { trans, manager, notebooks, links }: INotebookCommands,
  linkOf: FindLink
): void {
  const wantedBy = (args: ReadonlyPartialJSONObject) => {
    const link = linkOf(args);
    // Before the list of clusters is here nobody knows whether there is one.
    return link && !link.hasCluster && manager.connection === 'live' ? link.recipe : null;
  };
  commands.addCommand(CommandIDs.startRecipe, {
    label: args => {
      const recipe = wantedBy(args);
      return recipe ? recipeWords(recipe, trans) : trans.__('Start Cluster for This Notebook…');
    },
    caption: trans.__('Open the form of a new cluster with the options that the notebook says'),
    icon: args => (args.notebook ? undefined : daskSlurmIcon),
    describedBy: described(NOTEBOOK),
    isEnabled: args => wantedBy(args) !== null,
    isVisible: args => wantedBy(args) !== null,
    // Anybody may have written it: nothing is started before its user has seen what that is.
    execute: args =>
      commands.execute(CommandIDs.createCluster, { recipe: wantedBy(args), notebook: linkOf(args)?.notebook })
  });
  commands.addCommand(CommandIDs.keepRecipe, {
    label: trans.__('Keep Options of Cluster in Notebook'),
    caption: trans.__('Let the notebook say how large its cluster is, so that others can start one like it'),
    describedBy: described(NOTEBOOK),
    isEnabled: args => Boolean(linkOf(args)?.recipe ?? linkOf(args)?.cluster),
    isToggled: args => Boolean(linkOf(args)?.recipe),
    execute: args => {
      const link = linkOf(args);
      link?.keepRecipe(link.recipe ? null : (link.cluster ?? null));
    }
  });
  let shown = '';
  const tell = () => {
    const recipe = wantedBy({});
    const words = recipe ? recipeWords(recipe, trans) : '';
    if (words !== shown) {
      shown = words;
      commands.notifyCommandChanged(CommandIDs.startRecipe);
    }
  };
  notebooks.currentChanged.connect(tell);
  links.changed.connect(tell);
}
