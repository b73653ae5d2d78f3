import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyJSONObject } from '@lumino/coreutils';

import type { Site } from '../../api/contract';
import type { Recipe } from '../../model/recipe';
import type { IClusterManager } from '../../tokens';
import type { FormData } from './formData';
import { stillOffered } from './lastChoices';

/** What a notebook fills the form with. */
export interface IBrought {
  readonly data: FormData;
  /** What this site does not have, or not for this user. */
  readonly refused: Recipe;
}

/** @returns what of a notebook's recipe can be asked for here; its name where that is free. */
export async function broughtBy(
  { name, ...recipe }: Recipe,
  site: Site,
  { client, clusters }: IClusterManager
): Promise<IBrought> {
  const { slurm_cluster: other } = recipe;
  const isElsewhere = typeof other === 'string' && site.slurm.clusters.includes(other);
  const there = isElsewhere ? await client.site(other).catch(() => site) : site;
  const offered = stillOffered(recipe, there);
  const refused = Object.entries(recipe).filter(([option]) => !(option in offered));
  const isFree = name !== undefined && !clusters.some(cluster => cluster.name === name);
  return { data: isFree ? { name, ...offered } : offered, refused: Object.fromEntries(refused) };
}

/** @returns what a user is to know of options that came with a notebook. */
export function broughtWords(
  { data, refused }: IBrought,
  options: ReadonlyJSONObject,
  trans: TranslationBundle
): string {
  const properties = (options.properties ?? {}) as Readonly<Record<string, { readonly title?: string }>>;
  const words = Object.entries(refused).map(([name, value]) => `${properties[name]?.title ?? name} ${value}`);
  const missing = words.join(', ');
  // Where there are no jobs there is no script either.
  if (data.backend === 'local') {
    return missing
      ? trans.__(
          'These options came with the notebook. Look at them before you start it. This site does not offer you: %1.',
          missing
        )
      : trans.__('These options came with the notebook. Look at them before you start it.');
  }
  return missing
    ? trans.__(
        'These options came with the notebook. Look at the script before you start it. This site does not offer you: %1.',
        missing
      )
    : trans.__('These options came with the notebook. Look at the script before you start it.');
}
