/**
 * What the server sends that JupyterLab reads from its start on, as shapes.
 * Written by scripts/contract from the models of Python: change it there.
 *
 * Numbers carry their unit in the name; times are ISO 8601 text in UTC. `added` is what may be left out.
 */

import { added, anything, flag, Infer, list, nullable, number, object, record, text, word } from './shape';

/** The body of an answer that says what is wrong. */
export const errorBody = object({
  /** A sentence for the user. */
  message: text,
  /** The name of the error's class, for example `SiteRefuses`. */
  reason: text,
  /** What it is about, for example `options.memory`. */
  field: nullable(text),
  /** Somebody else's words, for example what sbatch wrote to stderr. */
  details: nullable(text)
});
export type ErrorBody = Infer<typeof errorBody>;

export const backend = word('slurm', 'local');
export type Backend = Infer<typeof backend>;

export const clusterStatus = word(
  'starting', // asked for; its scheduler does not listen yet
  'running', // its scheduler listens, with or without workers
  'stopping', // its jobs are being cancelled, on its user's word
  'stopped', // it ended as asked or by itself: `ended` says why
  'failed', // it could not start: `error` says why
  'lost' // its controller ended without a word, and its jobs are cancelled; or its record cannot be read
);
export type ClusterStatus = Infer<typeof clusterStatus>;

/** Where the controller of a cluster runs, and whether it answers from here. */
export const controllerInfo = object({
  hostname: text,
  pid: nullable(number),
  /**
   * Whether it answers from here. While it does not, live numbers are null where it runs on another host, and
   * the problem `controller_silent` says when it has written nothing for three minutes.
   */
  reachable: added(flag, false),
  /**
   * The way by which it answers; null where it does not. `socket`: a unix socket on this host; `tls`: mutual
   * TLS, from another host. Words may be added.
   */
  channel: nullable(text),
  /** `here`: on the host where it was started; `job`: in a Slurm job of its own. Words may be added. */
  placement: added(text, 'here'),
  /** Its own Slurm job. */
  job_id: nullable(text),
  /** When that job ends. */
  ends_at: nullable(text)
});
export type ControllerInfo = Infer<typeof controllerInfo>;

/** The Python in which controller and workers run. */
export const environmentInfo = object({
  kernel: nullable(text),
  python: text,
  /** Its version. */
  distributed: nullable(text)
});
export type EnvironmentInfo = Infer<typeof environmentInfo>;

/**
 * How large a cluster shall be, in whole jobs: fixed (`jobs`) or between two limits.
 *
 * Which keys are there depends on `mode`; workers, cores and memory that were asked for are rounded up.
 */
export const scaling = object({
  mode: added(word('manual', 'adaptive'), 'manual'),
  jobs: nullable(number),
  minimum_jobs: nullable(number),
  maximum_jobs: nullable(number)
});
export type Scaling = Infer<typeof scaling>;

/** When and why a cluster ended by itself. */
export const ended = object({
  time: text,
  reason: text
});
export type Ended = Infer<typeof ended>;

/** Why a cluster failed or was lost. */
export const errorInfo = object({
  message: text,
  /** The name of an error's class; `ControllerFailed` or `ControllerLost` where its controller left none. */
  reason: text,
  details: nullable(text)
});
export type ErrorInfo = Infer<typeof errorInfo>;

/** How many jobs are wanted, and how many Slurm has, by phase. */
export const jobCounts = object({
  /** How many are wanted. */
  plan: added(number, 0),
  queued: added(number, 0),
  starting: added(number, 0),
  working: added(number, 0),
  missing: added(number, 0),
  leaving: added(number, 0)
});
export type JobCounts = Infer<typeof jobCounts>;

/** Why most of the queued jobs wait, and when Slurm expects the first of them to start. */
export const waiting = object({
  /** Slurm's own word, for example `Priority`. */
  reason: nullable(text),
  /** The same in plain words. */
  reason_text: nullable(text),
  expected_start_at: nullable(text)
});
export type Waiting = Infer<typeof waiting>;

/** Workers connected to the scheduler, and those that the plan will bring. */
export const workerCounts = object({
  connected: added(number, 0),
  expected: added(number, 0)
});
export type WorkerCounts = Infer<typeof workerCounts>;

/** Tasks of the scheduler by state. */
export const taskCounts = object({
  processing: added(number, 0),
  queued: added(number, 0),
  in_memory: added(number, 0),
  erred: added(number, 0)
});
export type TaskCounts = Infer<typeof taskCounts>;

/** Tasks of one function in which the same exception was raised. */
export const taskFailure = object({
  function: text,
  /** As Python shows it, for example `ZeroDivisionError('division by zero')`. */
  exception: text,
  tasks: added(number, 1),
  /** Where it was raised last; null where that worker is gone. */
  worker: nullable(text),
  /** On which node that is. */
  node: nullable(text),
  /** The job of that worker, whose log may tell more. */
  job_id: nullable(text)
});
export type TaskFailure = Infer<typeof taskFailure>;

export const severity = word('info', 'warning', 'error');
export type Severity = Infer<typeof severity>;

/** Something wrong with a cluster, in words, with what to do about it. */
export const problem = object({
  /** What kind of problem it is, for example `submit_refused`; `docs/problems.md` has them all. */
  code: text,
  severity,
  message: text,
  /** What to do about it. */
  advice: text,
  since: text,
  /** Slurm's or Dask's own words. */
  details: nullable(text),
  /** The job whose log tells most about it. */
  job_id: nullable(text),
  /** The first few of the jobs that have it, all for the same cause; none where none is meant. */
  job_ids: added(list(text), []),
  /** How many jobs have it. */
  jobs: added(number, 0),
  /**
   * What a browser can offer, what helps most first. `submit_again`: `POST …/problems/{code}/resubmit`, where
   * the plan goes up again; `try_again`: `POST …/problems/{code}/resubmit`, with the plan as it is; `keep`:
   * `PATCH` of `idle_timeout_s`; `read_log`: of `job_id`; `change_options`: start it again with changes.
   * Words may be added.
   */
  remedies: added(list(text), []),
  /** Whether it keeps the cluster from getting any workers, for as long as it lasts. */
  no_workers: added(flag, false)
});
export type Problem = Infer<typeof problem>;

/** What would make better use of a cluster, in words. */
export const hint = object({
  /** What kind of hint it is, for example `memory_unused`; `docs/hints.md` has them all. */
  code: text,
  message: text,
  since: text,
  /** The option that helps at the next start; null where no single one does. */
  option: nullable(text),
  /** What it could be, as text; `NAME=value` where the option is a mapping. Null where `option` is. */
  value: nullable(text)
});
export type Hint = Infer<typeof hint>;

/** What the workers of a cluster used of what they had, as far as it was measured. */
export const usage = object({
  /** Time of processors; `Cluster.core_hours` is what was reserved. */
  core_hours: added(number, 0),
  /** What the fullest worker used at most. */
  peak_memory_bytes: added(number, 0),
  /** What that worker had. */
  worker_memory_bytes: added(number, 0),
  /** What a job could ask for at the next start; null where it asked for about the right amount. */
  next_memory: nullable(text)
});
export type Usage = Infer<typeof usage>;

/**
 * One Dask scheduler with its workers, as users see it.
 *
 * Live numbers are null where the cluster is shown from its record alone.
 */
export const cluster = object({
  /** Never changes. */
  id: text,
  name: text,
  backend,
  status: clusterStatus,
  created_at: text,
  /** The last change of state; numbers that drift do not touch it. */
  updated_at: text,
  controller: controllerInfo,
  environment: environmentInfo,
  /** Below Jupyter's base URL. */
  dashboard_path: text,
  scaling,
  profile: nullable(text),
  ended: nullable(ended),
  /** The id of the cluster that this one took the place of. */
  replaces: nullable(text),
  /** Why it is `failed` or `lost`. */
  error: nullable(errorInfo),
  /** For example `tls://10.0.0.1:40123`. */
  scheduler_address: nullable(text),
  secure: added(flag, true),
  /** What it really has, from whatever source. */
  options: added(record(anything), {}),
  jobs: added(jobCounts, { plan: 0, queued: 0, starting: 0, working: 0, missing: 0, leaving: 0 }),
  /** Null where no job waits, where Slurm has said nothing yet, and where only the record is known. */
  waiting: nullable(waiting),
  workers: nullable(workerCounts),
  threads: nullable(number),
  gpus: nullable(number),
  memory_bytes: nullable(number),
  memory_used_bytes: nullable(number),
  /** Mean over the cluster's threads. */
  cpu_percent: nullable(number),
  tasks: nullable(taskCounts),
  /**
   * What its failed tasks failed of, the latest first and three at most; tasks that only needed the result of
   * a failed one are counted in `tasks` alone.
   */
  failures: added(list(taskFailure), []),
  core_hours: nullable(number),
  idle_since: nullable(text),
  idle_timeout_s: added(number, 3600),
  /** When it ends if it stays idle. */
  closes_at: nullable(text),
  /** When the walltime of its first job is over. */
  expires_at: nullable(text),
  problems: added(list(problem), []),
  /** What would make better use of it, one at most; none for one that is well. */
  hints: added(list(hint), []),
  /** Null where no worker was ever there. */
  usage: nullable(usage)
});
export type Cluster = Infer<typeof cluster>;

/**
 * The data of an event of the schema `https://schema.jupyter.org/jupyter_dask_slurm/cluster/v1`.
 *
 * A change of state is told at once, further ones are gathered for 250 ms; numbers that drift cause at most
 * one event in 5 s.
 */
export const clusterEvent = object({
  action: word('changed', 'removed'),
  cluster_id: text,
  /** As it is now; null where it is no more. */
  cluster: nullable(cluster),
  /**
   * The same in the languages that browsers have asked for lately, for example `de_DE`, where it reads
   * differently there.
   */
  translations: added(record(cluster), {})
});
export type ClusterEvent = Infer<typeof clusterEvent>;
