import type { INotebookModel } from '@jupyterlab/notebook';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { NOTEBOOK_KEY, parseRecipe, Recipe } from '../model/recipe';

/** Which cluster a notebook belongs to. */
export interface ILinkMetadata {
  /** Its id; a name where somebody has written the metadata by hand. */
  readonly cluster: string;
  /** Its name, by which a cluster of another day is found. */
  readonly name: string;
  /** Whether its kernel is connected as soon as it starts; left out where the setting decides. */
  readonly auto?: boolean;
}

/** @returns what a notebook remembers, null where it remembers nothing that we understand. */
export function readMetadata(model: INotebookModel | null): ILinkMetadata | null {
  return parseMetadata(model?.getMetadata(NOTEBOOK_KEY));
}

/** @returns how the cluster of a notebook is made; null where it does not say, false where it shall not. */
export function readRecipe(model: INotebookModel | null): Recipe | false | null {
  const { recipe } = (model?.getMetadata(NOTEBOOK_KEY) ?? {}) as { readonly recipe?: unknown };
  return recipe === false ? false : parseRecipe(recipe);
}

/** Let a notebook remember a cluster, and how one like it is made; null for both forgets. */
export function writeMetadata(
  model: INotebookModel | null,
  metadata: ILinkMetadata | null,
  recipe: Recipe | false | null
): void {
  if (metadata || recipe) {
    const written: ReadonlyPartialJSONObject = { ...metadata, ...(recipe !== null && { recipe }) };
    model?.setMetadata(NOTEBOOK_KEY, written);
  } else {
    model?.deleteMetadata(NOTEBOOK_KEY);
  }
}

/** @returns what a value of the metadata says, which anybody may have written. */
export function parseMetadata(value: unknown): ILinkMetadata | null {
  if (typeof value !== 'object' || value === null) {
    return null;
  }
  const { cluster, name, auto } = value as Record<string, unknown>;
  if (typeof cluster !== 'string' || cluster === '') {
    return null;
  }
  const known = { cluster, name: typeof name === 'string' && name !== '' ? name : cluster };
  return typeof auto === 'boolean' ? { ...known, auto } : known;
}
