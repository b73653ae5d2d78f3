import type { ReadonlyJSONObject, ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { Cluster } from '../api/contract';
import type { IClusterManager, ISelection } from '../tokens';

/** Arguments of a command, each as JSON Schema. */
export type Properties = Record<string, ReadonlyJSONObject>;

const CLUSTER = {
  type: 'string',
  description: 'The id of the cluster; the selected one by default'
};

/** Which option is another one at the next start. */
export const NEXT_OPTION: Properties = {
  option: { type: 'string', description: 'The option that is changed' },
  value: { type: 'string', description: 'What it becomes; NAME=value for one more variable' }
};

/** @returns the `describedBy` of a command about one cluster, with further arguments. */
export function aboutCluster(properties: Properties = {}): { args: ReadonlyJSONObject } {
  return described({ cluster: CLUSTER, ...properties });
}

/** @returns the `describedBy` of a command that takes these arguments. */
export function described(properties: Properties = {}): { args: ReadonlyJSONObject } {
  return { args: { type: 'object', properties } };
}

/** @returns the cluster that a command is about: the one named, else the selected one. */
export function namedCluster(
  args: ReadonlyPartialJSONObject,
  manager: IClusterManager,
  selection: ISelection
): Cluster | undefined {
  const id = typeof args.cluster === 'string' ? args.cluster : selection.current;
  return id === null ? undefined : manager.get(id);
}
