/**
 * What the server sends, as shapes. The golden samples in `contract/` hold both languages to it.
 *
 * Numbers carry their unit in the name; times are ISO 8601 text in UTC.
 */

import { added, anything, flag, Infer, list, nullable, number, object, record, text, word } from './shape';

/** Which keys are there depends on `mode`: `jobs`, or both limits. */
export const scaling = object({
  mode: word('manual', 'adaptive'),
  jobs: nullable(number),
  minimum_jobs: nullable(number),
  maximum_jobs: nullable(number)
});

const problem = object({
  code: text,
  severity: word('info', 'warning', 'error'),
  message: text,
  advice: text,
  since: text,
  details: nullable(text),
  job_id: nullable(text),
  job_ids: added(list(text), []),
  jobs: added(number, 0),
  remedies: added(list(text), [])
});

/** What would make better use of a cluster; what `option` could be at the next start, as text. */
const hint = object({
  code: text,
  message: text,
  since: text,
  option: nullable(text),
  value: nullable(text)
});

/** What the workers of a cluster used of what they had. */
const usage = object({
  core_hours: number,
  peak_memory_bytes: number,
  worker_memory_bytes: number,
  next_memory: nullable(text)
});

const failure = object({ message: text, reason: text, details: nullable(text) });

const jobCounts = object({
  plan: number,
  queued: number,
  starting: number,
  working: number,
  missing: number,
  leaving: number
});

/** Why most of the queued jobs wait, and when the first of them is expected to start. */
const waiting = object({
  reason: nullable(text),
  reason_text: nullable(text),
  expected_start_at: nullable(text)
});

/** Live numbers are null where the cluster is known from its record alone. */
export const cluster = object({
  id: text,
  name: text,
  backend: word('slurm', 'local'),
  status: word('starting', 'running', 'stopping', 'stopped', 'failed', 'lost'),
  created_at: text,
  updated_at: text,
  controller: object({
    hostname: text,
    pid: nullable(number),
    reachable: flag,
    channel: added(nullable(text), null),
    placement: added(text, 'here'),
    job_id: added(nullable(text), null),
    ends_at: added(nullable(text), null)
  }),
  environment: object({ kernel: nullable(text), python: text, distributed: nullable(text) }),
  dashboard_path: text,
  scaling,
  profile: nullable(text),
  ended: nullable(object({ time: text, reason: text })),
  replaces: nullable(text),
  error: nullable(failure),
  scheduler_address: nullable(text),
  secure: flag,
  options: record(anything),
  jobs: jobCounts,
  waiting: nullable(waiting),
  workers: nullable(object({ connected: number, expected: number })),
  threads: nullable(number),
  gpus: nullable(number),
  memory_bytes: nullable(number),
  memory_used_bytes: nullable(number),
  cpu_percent: nullable(number),
  tasks: nullable(object({ processing: number, queued: number, in_memory: number, erred: number })),
  core_hours: nullable(number),
  idle_since: nullable(text),
  idle_timeout_s: number,
  closes_at: nullable(text),
  expires_at: nullable(text),
  problems: list(problem),
  hints: added(list(hint), []),
  usage: added(nullable(usage), null)
});

const worker = object({
  name: text,
  status: text,
  address: nullable(text),
  memory_used_bytes: number,
  cpu_percent: number
});

export const job = object({
  job_id: text,
  state: text,
  phase: word('queued', 'starting', 'working', 'missing', 'leaving', 'ended'),
  reason: nullable(text),
  reason_text: nullable(text),
  partition: nullable(text),
  node: nullable(text),
  cores: number,
  memory_bytes: number,
  gpus: number,
  submitted_at: nullable(text),
  expected_start_at: nullable(text),
  started_at: nullable(text),
  ends_at: nullable(text),
  exit_code: nullable(text),
  restarts: number,
  workers: list(worker),
  stdout: nullable(text),
  stderr: nullable(text),
  nodes: added(list(text), [])
});

const partition = object({
  name: text,
  default: flag,
  state: text,
  max_walltime_s: nullable(number),
  default_walltime_s: nullable(number),
  nodes: number,
  cpus_per_node: number,
  memory_per_node_bytes: number,
  gpus_per_node: nullable(number),
  gres: nullable(text),
  features: list(text),
  idle_cpus: number,
  allowed: flag,
  allowed_accounts: nullable(list(text)),
  allowed_qos: nullable(list(text)),
  node_names: nullable(text),
  node_gres: list(text),
  hidden_nodes: number,
  whole_nodes: flag,
  min_nodes: number,
  max_memory_per_cpu_bytes: nullable(number),
  threads_per_core: number,
  why_closed: nullable(text),
  max_nodes: added(nullable(number), null)
});

const kernel = object({
  name: text,
  display_name: text,
  python: nullable(text),
  distributed: nullable(text),
  usable: flag,
  problem: nullable(text),
  language: added(text, 'python'),
  looked_at: added(flag, true)
});

export const site = object({
  slurm: object({
    available: flag,
    version: nullable(text),
    cluster_name: nullable(text),
    max_array_size: nullable(number),
    error: nullable(text),
    clusters: added(list(text), [])
  }),
  partitions: list(partition),
  accounts: list(
    object({
      name: text,
      default: flag,
      qos: list(text),
      max_walltime_s: nullable(number),
      max_cpus: nullable(number)
    })
  ),
  qos: list(object({ name: text, max_walltime_s: nullable(number), max_cpus_per_user: nullable(number) })),
  interfaces: list(object({ name: text, address: text })),
  kernels: list(kernel),
  reservations: nullable(
    list(object({ name: text, active: flag, allowed: flag, starts_at: nullable(text), users: list(text) }))
  )
});

export const historyEntry = object({ time: text, event: text, message: text });

/**
 * What a cluster would send. `script` is null where something wrong prevents it, and empty without Slurm; totals are
 * null where what is wrong hides them. `looking_at` is the kernel of which it is just being learnt which Python it runs.
 */
export const preview = object({
  script: nullable(text),
  command: list(text),
  lines: list(object({ text, explanation: text })),
  totals: object({
    jobs: nullable(number),
    workers: nullable(number),
    threads: nullable(number),
    memory_bytes: nullable(number),
    gpus: nullable(number),
    core_hours_per_hour: nullable(number)
  }),
  expected_start_at: nullable(text),
  exports: nullable(object({ python: text, yaml: text })),
  errors: list(object({ field: nullable(text), message: text })),
  warnings: list(text),
  looking_at: nullable(text)
});

/** Options under a name; `error` says why one cannot be used. */
export const profile = object({
  name: text,
  source: word('dask', 'site', 'user'),
  backend: nullable(word('slurm', 'local')),
  options: anything,
  scaling: anything,
  description: text,
  error: nullable(text)
});

export const logTail = object({ path: text, text, truncated: flag });
export const snippet = object({ kind: text, language: text, code: text, command: nullable(list(text)) });
export const errorBody = object({
  message: text,
  reason: text,
  field: nullable(text),
  details: nullable(text)
});
export const clusterEvent = object({
  action: word('changed', 'removed'),
  cluster_id: text,
  cluster: nullable(cluster)
});

export type Problem = Infer<typeof problem>;
export type Hint = Infer<typeof hint>;
export type Cluster = Infer<typeof cluster>;
export type Job = Infer<typeof job>;
export type Partition = Infer<typeof partition>;
export type Site = Infer<typeof site>;
export type HistoryEntry = Infer<typeof historyEntry>;
export type Preview = Infer<typeof preview>;
export type Profile = Infer<typeof profile>;
export type LogTail = Infer<typeof logTail>;
export type Snippet = Infer<typeof snippet>;
export type ErrorBody = Infer<typeof errorBody>;
export type ClusterEvent = Infer<typeof clusterEvent>;
