import type { Cluster } from '../api/contract';
import { isAlive } from '../model/status';
import type { ILinkMetadata } from './metadata';

/**
 * @returns the cluster that a notebook means: of those with its id, its name, or that replace it, one
 * that lives; undefined where there is none.
 */
export function findCluster(metadata: ILinkMetadata, clusters: readonly Cluster[]): Cluster | undefined {
  const { cluster: id, name } = metadata;
  const meant = [
    ...clusters.filter(cluster => cluster.id === id),
    ...clusters.filter(cluster => cluster.replaces === id),
    ...clusters.filter(cluster => cluster.name === name)
  ];
  return meant.find(isAlive) ?? meant[0];
}
