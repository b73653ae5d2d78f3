import type { TranslationBundle } from '@jupyterlab/translation';

import type { Cluster } from '../../api/contract';
import { isAlive, stateOf, statusWord } from '../../model/status';
import { failureWords } from '../kernel/failureWords';
import type { NotebookLink } from '../notebookLink';

/** A name in a notebook's file may be of any length. */
const LONGEST_NAME = 100;

/** What a label is made from. */
export type Linked = Pick<NotebookLink, 'state' | 'metadata' | 'attached' | 'made' | 'remembered'>;

/** A button's text and what it says when pointed at. */
export interface ILinkLabel {
  readonly label: string;
  readonly tooltip: string;
}

/** @returns which cluster a notebook is on, or why it is on none. */
export function linkLabel(link: Linked, trans: TranslationBundle): ILinkLabel {
  const { state, metadata, attached, made, remembered } = link;
  if (attached && isAlive(attached)) {
    return on(attached, trans);
  }
  if (made && isAlive(made) && !metadata) {
    return {
      label: made.name,
      tooltip: trans.__(
        'This notebook has made the Dask cluster %1; no "client" is connected to it',
        made.name
      )
    };
  }
  if (!metadata) {
    return {
      label: trans.__('Dask'),
      tooltip: trans.__('Connect this notebook to a Dask cluster')
    };
  }
  const name = remembered?.name ?? shownName(metadata.name);
  if (!isAlive(remembered)) {
    return {
      label: remembered ? `${name}: ${statusWord(remembered, trans)}` : trans.__('%1: not running', name),
      tooltip: trans.__('The Dask cluster %1, which this notebook belongs to, does not run', name)
    };
  }
  if (remembered?.status === 'starting') {
    return {
      label: `${name}: ${statusWord(remembered, trans)}`,
      tooltip: trans.__('The Dask cluster %1, which this notebook belongs to, starts', name)
    };
  }
  switch (state.kind) {
    case 'connecting':
      return {
        label: trans.__('%1: connecting…', name),
        tooltip: trans.__('The kernel connects to %1', name)
      };
    case 'failed':
      return {
        label: trans.__('%1: failed', name),
        tooltip: trans.__('The kernel could not connect to %1: %2', name, failureWords(state.error, trans))
      };
    case 'unknown':
      return { label: name, tooltip: trans.__('This notebook belongs to the Dask cluster %1', name) };
    default:
      return {
        label: trans.__('%1: not connected', name),
        tooltip: trans.__('The kernel is not connected to %1, which this notebook belongs to', name)
      };
  }
}

/** @returns a name that anybody may have written, without what would turn the words around it, or push them away. */
function shownName(written: string): string {
  const plain = written.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '');
  return plain.length > LONGEST_NAME ? `${plain.slice(0, LONGEST_NAME)}…` : plain;
}

function on(cluster: Cluster, trans: TranslationBundle): ILinkLabel {
  const { name } = cluster;
  return {
    label: ['working', 'empty'].includes(stateOf(cluster)) ? name : `${name}: ${statusWord(cluster, trans)}`,
    tooltip: trans.__('"client" in this kernel is connected to the Dask cluster %1', name)
  };
}
