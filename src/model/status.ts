import type { Cluster } from '../api/validate';

/** @returns whether a cluster still can get work. */
export function isAlive(cluster: Cluster | undefined): boolean {
  return cluster?.status === 'running' || cluster?.status === 'starting';
}

/** @returns whether a cluster's controller lives on another host, so that all we have is its record. */
export function isOutOfReach({ status, controller }: Cluster): boolean {
  return (status === 'running' || status === 'stopping') && !controller.reachable;
}

/** @returns whether a cluster can be scaled, renamed and watched from here. */
export function canBeChanged(cluster: Cluster): boolean {
  return isAlive(cluster) && !isOutOfReach(cluster);
}

/** @returns whether a cluster has come to its end, one way or another. */
export function hasEnded(cluster: Cluster): boolean {
  return cluster.status === 'stopped' || cluster.status === 'failed' || cluster.status === 'lost';
}
