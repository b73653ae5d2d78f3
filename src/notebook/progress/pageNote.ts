import type { KernelMessage } from '@jupyterlab/services';
import type { PartialJSONObject } from '@lumino/coreutils';

/** A client that the running cell has made. */
export interface IPageNote {
  /** The id of its cluster. */
  readonly cluster: string;
  /** The client's id. */
  readonly client: string;
}

/** @returns what our package in a kernel says in such a message (`connection.py`); null where it says nothing. */
export function pageNote({ header, content }: KernelMessage.IMessage): IPageNote | null {
  if (header.msg_type !== 'update_display_data') {
    return null;
  }
  // Not every kernel sends what is empty.
  const { metadata } = content as Partial<KernelMessage.IUpdateDisplayDataMsg['content']>;
  const { cluster, client } = { ...(metadata?.jupyter_dask_slurm as PartialJSONObject | undefined) };
  return typeof cluster === 'string' && typeof client === 'string' ? { cluster, client } : null;
}
