import type { TranslationBundle } from '@jupyterlab/translation';

import type { Cluster } from '../api/validate';
import { walltimeSeconds } from './walltime';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** @returns a number of bytes as people write it: three digits at most, for example `1.2 GiB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1).replace(/\.0$/, '') : Math.round(value)} ${UNITS[unit]}`;
}

/** @returns the larger two units of a time span in seconds, for example `1 d 4 h`, `12 min`. */
export function formatSpan(seconds: number, trans: TranslationBundle): string {
  const minutes = Math.max(0, Math.round(seconds / 60));
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
  if (days > 0) {
    return hours ? trans.__('%1 d %2 h', days, hours) : trans.__('%1 d', days);
  }
  if (hours > 0) {
    return rest && hours < 6 ? trans.__('%1 h %2 min', hours, rest) : trans.__('%1 h', hours);
  }
  return minutes ? trans.__('%1 min', minutes) : trans.__('less than 1 min');
}

/** @returns the time of day of an ISO 8601 time, with the date where it is not today's. */
export function formatTime(iso: string, now = new Date()): string {
  const time = new Date(iso);
  const clock: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' };
  return time.toDateString() === now.toDateString()
    ? time.toLocaleTimeString(undefined, clock)
    : time.toLocaleString(undefined, { day: 'numeric', month: 'short', ...clock });
}

/** @returns a sentence of the server with its times, which are UTC, as the reader's own. */
export function withLocalTimes(sentence: string, now = new Date()): string {
  return sentence.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, iso => formatTime(iso, now));
}

/** @returns the state of a cluster in one word. */
export function statusWord(cluster: Cluster, trans: TranslationBundle): string {
  const words: Record<Cluster['status'], string> = {
    starting: trans.__('starting'),
    running: trans.__('running'),
    stopping: trans.__('stopping'),
    stopped: trans.__('stopped'),
    failed: trans.__('failed'),
    lost: trans.__('lost')
  };
  return words[cluster.status];
}

/**
 * @returns what a cluster is made of, for example `normal`, `4 jobs × 8 cores`, `12 h`; the
 * walltime as long as it is not known how much of it is left.
 *
 * @param partition - where jobs run that name no partition.
 */
export function composition(
  cluster: Cluster,
  trans: TranslationBundle,
  partition: string | null = null
): string[] {
  const { options, backend } = cluster;
  const parts = [
    backend === 'local' ? trans.__('this machine') : textOption(options.partition) || partition,
    jobsTimesCores(cluster, trans),
    textOption(options.memory) && trans.__('%1 each', String(options.memory)),
    backend === 'slurm' && cluster.expires_at === null && walltimeWords(textOption(options.walltime), trans)
  ];
  return parts.filter((part): part is string => Boolean(part));
}

function walltimeWords(walltime: string | false, trans: TranslationBundle): string | false {
  const seconds = walltime && walltimeSeconds(walltime);
  return typeof seconds === 'number' ? formatSpan(seconds, trans) : walltime;
}

function jobsTimesCores(cluster: Cluster, trans: TranslationBundle): string {
  const { mode, jobs, minimum_jobs, maximum_jobs } = cluster.scaling;
  const size =
    mode === 'adaptive'
      ? trans.__('%1–%2 jobs', minimum_jobs ?? 0, maximum_jobs ?? 0)
      : trans._n('%1 job', '%1 jobs', jobs ?? 0);
  const cores = coresPerJob(cluster);
  return cores === null ? size : `${size} × ${trans._n('%1 core', '%1 cores', cores)}`;
}

/** @returns the cores of each job, null where the option is not known yet. */
export function coresPerJob(cluster: Cluster): number | null {
  return typeof cluster.options.cores === 'number' ? cluster.options.cores : null;
}

/** @returns the jobs by phase in words, for example `3 working · 1 queued`. */
export function phaseWords(cluster: Cluster, trans: TranslationBundle): string {
  const { working, starting, queued, missing, plan } = cluster.jobs;
  const parts = [
    working > 0 && trans.__('%1 working', working),
    starting > 0 && trans.__('%1 starting', starting),
    queued > 0 && trans.__('%1 queued', queued),
    missing > 0 && trans.__('%1 missing', missing)
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

/** @returns what a cluster has and has used, for example `6 workers`, `24 threads`, `1.3 core hours`. */
export function liveNumbers(cluster: Cluster, trans: TranslationBundle): string[] {
  const { workers, threads, core_hours: hours } = cluster;
  if (workers === null) {
    return [];
  }
  const complete = workers.connected >= workers.expected;
  const parts = [
    complete
      ? trans._n('%1 worker', '%1 workers', workers.connected)
      : trans.__('%1 of %2 workers', workers.connected, workers.expected)
  ];
  if (workers.connected > 0) {
    parts.push(trans._n('%1 thread', '%1 threads', threads ?? 0));
  }
  if (hours !== null && hours >= 0.005) {
    parts.push(trans.__('%1 core hours', hours.toFixed(hours < 1 ? 2 : hours < 100 ? 1 : 0)));
  }
  return parts;
}

/** @returns what there is to do and what was done, for example `24 tasks run`, `12 results`. */
export function taskWords(cluster: Cluster, trans: TranslationBundle): string[] {
  const { processing = 0, queued = 0, in_memory = 0, erred = 0 } = cluster.tasks ?? {};
  return [
    processing > 0 && trans._n('%1 task runs', '%1 tasks run', processing),
    queued > 0 && trans._n('%1 task waits', '%1 tasks wait', queued),
    in_memory > 0 && trans._n('%1 result', '%1 results', in_memory),
    erred > 0 && trans.__('%1 failed', erred)
  ].filter((part): part is string => part !== false);
}

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

function textOption(value: unknown): string | false {
  return typeof value === 'string' && value !== '' && value;
}
