import type { TranslationBundle } from '@jupyterlab/translation';

import type { Cluster, TaskFailure } from '../api/contract';
import { formatSpan, formatTime, walltimeSeconds } from './format';

// The words of a card. Those of a state alone are beside it in status.ts, which JupyterLab loads at its start.

/**
 * @returns what a cluster is made of, for example `normal`, `4 jobs × 8 cores` (`4 jobs × 2 nodes × 8
 * cores`), `12 h`; the walltime as long as it is not known how much of it is left.
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
  const { cores } = cluster.options;
  const nodes = nodesPerJob(cluster);
  const parts = [
    size,
    nodes > 1 && trans._n('%1 node', '%1 nodes', nodes),
    typeof cores === 'number' && trans._n('%1 core', '%1 cores', cores)
  ];
  return parts.filter(Boolean).join(' × ');
}

/** @returns the cores of each job, on all of its nodes; null where the option is not known yet. */
export function coresPerJob(cluster: Cluster): number | null {
  const { cores } = cluster.options;
  return typeof cores === 'number' ? nodesPerJob(cluster) * cores : null;
}

/** @returns on how many nodes each job runs. */
export function nodesPerJob({ options }: Cluster): number {
  return typeof options.nodes_per_job === 'number' ? options.nodes_per_job : 1;
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
  const { processing = 0, queued = 0, in_memory = 0 } = cluster.tasks ?? {};
  return [
    processing > 0 && trans._n('%1 task runs', '%1 tasks run', processing),
    queued > 0 && trans._n('%1 task waits', '%1 tasks wait', queued),
    in_memory > 0 && trans._n('%1 result', '%1 results', in_memory)
  ].filter((part): part is string => part !== false);
}

/** @returns what tasks failed of, in a line, for example `2 × inc: ZeroDivisionError('division by zero')`. */
export function failureWords(
  { function: name, exception, tasks }: TaskFailure,
  trans: TranslationBundle
): string {
  return tasks > 1 ? trans.__('%1 × %2: %3', tasks, name, exception) : trans.__('%1: %2', name, exception);
}

/** @returns where tasks failed; null where that is not known. */
export function failurePlace({ worker, node }: TaskFailure, trans: TranslationBundle): string | null {
  if (worker === null) {
    return null;
  }
  return node === null ? trans.__('worker %1', worker) : trans.__('worker %1 on %2', worker, node);
}

/**
 * @returns why jobs wait and when the first of them is expected to start, in one line. Null where
 * none waits, and where Slurm has said neither.
 */
export function queueWords(cluster: Cluster, trans: TranslationBundle, now = new Date()): string | null {
  const { waiting } = cluster;
  if (waiting === null) {
    return null;
  }
  const { expected_start_at: start } = waiting;
  const isAhead = start !== null && Date.parse(start) > now.getTime();
  const words = [
    waiting.reason_text ?? waiting.reason,
    isAhead && trans.__('Expected to start ≈ %1.', formatTime(start, now))
  ];
  return words.filter(Boolean).join(' ') || null;
}

function textOption(value: unknown): string | false {
  return typeof value === 'string' && value !== '' && value;
}

/** @returns in a line each what an ended cluster used of what was reserved for it. */
export function usageWords(cluster: Cluster, trans: TranslationBundle): string[] {
  const { usage, core_hours: reserved } = cluster;
  if (usage === null) {
    return [];
  }
  const percent = Math.round((100 * usage.peak_memory_bytes) / Math.max(1, usage.worker_memory_bytes));
  const memory = textOption(cluster.options.memory);
  const several = nodesPerJob(cluster) > 1;
  const had =
    memory && (several ? trans.__('%1 for each node', memory) : trans.__('%1 for each job', memory));
  const lines = [
    reserved && trans.__('Computed for %1 of %2 core hours', oneDigit(usage.core_hours), oneDigit(reserved)),
    had
      ? trans.__('Filled at most %1 % of its memory (%2)', percent, had)
      : trans.__('Filled at most %1 % of its memory', percent)
  ];
  return lines.filter((line): line is string => Boolean(line));
}

/** Small amounts of time are not zero. */
function oneDigit(hours: number): string {
  return hours >= 10 ? String(Math.round(hours)) : String(Number(hours.toPrecision(2)));
}
