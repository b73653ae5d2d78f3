import { PathExt } from '@jupyterlab/coreutils';
import type { Contents } from '@jupyterlab/services';
import type { PartialJSONObject, ReadonlyJSONObject, ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { ClusterClient } from '../api/client';

/** The file of an example. */
export interface ICopy {
  readonly path: string;
  /** What we write there; a file that was there before has what somebody else has written. */
  readonly content: ReadonlyPartialJSONObject;
}

/**
 * Put a copy of an example into a folder; one that is there already stays as the user left it.
 *
 * @param prepare - makes it ready for the cluster on which it is to run, where there is one.
 */
export async function copyExample(
  client: ClusterClient,
  contents: Contents.IManager,
  folder: string,
  name: string,
  prepare?: (content: ReadonlyJSONObject) => Promise<PartialJSONObject>
): Promise<ICopy> {
  const path = PathExt.join(folder, `${name}.ipynb`);
  const example = await client.example(name);
  const content = prepare ? await prepare(example) : example;
  if (!(await exists(contents, path))) {
    await contents.save(path, { type: 'notebook', format: 'json', content });
  }
  return { path, content };
}

async function exists(contents: Contents.IManager, path: string): Promise<boolean> {
  const folder = await contents.get(PathExt.dirname(path));
  const files = folder.content as Contents.IModel[];
  return files.some(file => file.name === PathExt.basename(path));
}
