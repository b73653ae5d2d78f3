import type { INotebookModel } from '@jupyterlab/notebook';

/** Where a notebook keeps it; part of the file, so that the next person who opens it has it too. */
const KEY = 'jupyter-dask-slurm';

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
  return parseMetadata(model?.getMetadata(KEY));
}

/** Let a notebook remember a cluster; null forgets. */
export function writeMetadata(model: INotebookModel | null, metadata: ILinkMetadata | null): void {
  if (metadata) {
    model?.setMetadata(KEY, { ...metadata });
  } else {
    model?.deleteMetadata(KEY);
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
