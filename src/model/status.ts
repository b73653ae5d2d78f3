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

/** @returns whether its number of jobs can be changed: that of one allocation is fixed. */
export function canBeScaled(cluster: Cluster): boolean {
  return canBeChanged(cluster) && cluster.options.one_allocation !== true;
}

/** @returns whether a cluster has come to its end, one way or another. */
export function hasEnded(cluster: Cluster): boolean {
  return cluster.status === 'stopped' || cluster.status === 'failed' || cluster.status === 'lost';
}

/**
 * How a cluster is: by what it has, and by what it gets.
 *
 * `away`: all that is known of it is its record. `refused`: Slurm takes none of its jobs, for good. `stuck`: something
 * keeps it from getting any workers. `waiting`: Slurm will start its jobs. `empty`: no jobs are wanted.
 */
export type ClusterState =
  | Exclude<ClusterStatus, 'running'>
  | 'away'
  | 'refused'
  | 'stuck'
  | 'waiting'
  | 'working'
  | 'leaving'
  | 'empty';

/** @returns how a cluster is; the one place that says so, for all that show clusters. */
export function stateOf(cluster: Cluster): ClusterState {
  const { status, jobs, waiting } = cluster;
  if (status === 'starting') {
    return waiting === null ? 'starting' : 'waiting';
  }
  if (status !== 'running') {
    return status;
  }
  if (isOutOfReach(cluster)) {
    return 'away';
  }
  return jobs.working > 0 ? 'working' : withoutWorkers(cluster);
}

function withoutWorkers({ jobs, problems }: Cluster): ClusterState {
  // What Slurm did not take can be sent again, and has left no log.
  const notTaken = problems.find(
    ({ remedies }) => remedies.includes('try_again') && !remedies.includes('read_log')
  );
  const inSlurm = jobs.queued + jobs.starting + jobs.missing;
  if (inSlurm === 0 && (jobs.leaving > 0 || jobs.plan === 0)) {
    return jobs.leaving > 0 ? 'leaving' : 'empty';
  }
  if (inSlurm === 0 && notTaken?.severity === 'error') {
    return 'refused';
  }
  if (jobs.missing > 0 || problems.some(problem => problem.no_workers)) {
    return 'stuck';
  }
  const waits = inSlurm > 0 ? jobs.queued > 0 && jobs.starting === 0 : notTaken !== undefined;
  return waits ? 'waiting' : 'starting';
}

/** @returns how a cluster is in one word. */
export function statusWord(cluster: Cluster, trans: TranslationBundle): string {
  const words: Record<ClusterState, string> = {
    starting: trans.__('starting'),
    waiting: trans.__('waiting'),
    refused: trans.__('refused'),
    stuck: trans.__('stuck'),
    working: trans.__('working'),
    leaving: trans.__('leaving'),
    // Not "idle": so JupyterLab calls kernels, and Dask workers that have no task.
    empty: trans.__('no jobs'),
    away: trans.__('out of reach'),
    stopping: trans.__('stopping'),
    stopped: trans.__('stopped'),
    failed: trans.__('failed'),
    lost: trans.__('lost')
  };
  return words[stateOf(cluster)];
}

/** @returns how a cluster is where there is one line for it: of one that works, what its jobs do. */
export function briefWords(cluster: Cluster, trans: TranslationBundle): string {
  return stateOf(cluster) === 'working' ? phaseWords(cluster, trans) : statusWord(cluster, trans);
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
  const count = trans._n('%1 cluster', '%1 clusters', living.length);
  // Of the others the numbers of jobs say it.
  const untold = living
    .filter(
      cluster =>
        stateOf(cluster) === 'stuck' ||
        cluster.jobs.working + cluster.jobs.starting + cluster.jobs.queued === 0
    )
    .map(cluster => statusWord(cluster, trans));
  const words = [...new Set(untold)].map(word =>
    living.length === 1 ? word : `${untold.filter(other => other === word).length} ${word}`
  );
  const parts = [
    working > 0 && trans.__('%1 working', working),
    starting > 0 && trans.__('%1 starting', starting),
    queued > 0 && trans.__('%1 queued', queued),
    ...words
  ].filter(Boolean);
  return parts.length > 0 ? `${count}: ${parts.join(' · ')}` : count;
}
