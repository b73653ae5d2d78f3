import type { TranslationBundle } from '@jupyterlab/translation';

import type { Cluster, ClusterStatus } from '../api/contract';

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

/** @returns the state of a cluster in one word. */
export function statusWord(cluster: Cluster, trans: TranslationBundle): string {
  const words: Record<ClusterStatus, string> = {
    starting: trans.__('starting'),
    running: trans.__('running'),
    stopping: trans.__('stopping'),
    stopped: trans.__('stopped'),
    failed: trans.__('failed'),
    lost: trans.__('lost')
  };
  return words[cluster.status];
}

/** @returns the jobs by phase in words, for example `3 working · 1 queued`. */
export function phaseWords(cluster: Cluster, trans: TranslationBundle): string {
  const { working, starting, queued, missing, leaving, plan } = cluster.jobs;
  const parts = [
    working > 0 && trans.__('%1 working', working),
    starting > 0 && trans.__('%1 starting', starting),
    queued > 0 && trans.__('%1 queued', queued),
    missing > 0 && trans.__('%1 missing', missing),
    leaving > 0 && trans.__('%1 leaving', leaving)
  ].filter(Boolean);
  if (parts.length > 0) {
    return parts.join(' · ');
  }
  return plan > 0 ? trans._n('%1 job to be submitted', '%1 jobs to be submitted', plan) : trans.__('No jobs');
}

/** @returns all clusters in one line, for example `2 clusters: 3 working · 1 queued`. */
export function overview(clusters: readonly Cluster[], trans: TranslationBundle): string {
  const living = clusters.filter(cluster => !hasEnded(cluster));
  const sum = (phase: 'working' | 'starting' | 'queued') =>
    living.reduce((total, { jobs }) => total + jobs[phase], 0);
  const [working, starting, queued] = [sum('working'), sum('starting'), sum('queued')];
  const parts = [
    working > 0 && trans.__('%1 working', working),
    starting > 0 && trans.__('%1 starting', starting),
    queued > 0 && trans.__('%1 queued', queued)
  ].filter(Boolean);
  const count = trans._n('%1 cluster', '%1 clusters', living.length);
  return parts.length > 0 ? `${count}: ${parts.join(' · ')}` : count;
}
