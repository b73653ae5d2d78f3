/**
 * What the server sends, as shapes.
 * Written by scripts/contract from the models of Python: change it there.
 *
 * Numbers carry their unit in the name; times are ISO 8601 text in UTC. `added` is what may be left out.
 */

import { backend } from './atStart';
import { added, anything, flag, Infer, list, nullable, number, object, record, text, word } from './shape';

export * from './atStart';

export const jobPhase = word(
  'queued', // Slurm has it, and it waits for nodes: not begun, requeued or suspended
  'starting', // it runs, and not all of its workers were ever connected
  'working', // all of its workers are connected
  'missing', // its workers were all connected once, and are not now
  'leaving', // we end it: cancelled, or retired because fewer jobs are wanted
  'ended' // Slurm has it no more
);
export type JobPhase = Infer<typeof jobPhase>;

/** A Dask worker process of a job. */
export const worker = object({
  name: text,
  /**
   * `expected`: its job waits or starts; `running`: it takes tasks; `paused`: it takes none, for its memory
   * is nearly full (distributed.worker.memory.pause); `closing`: it is being retired; `gone`: it was
   * connected, and is not now. Words may be added.
   */
  status: text,
  address: nullable(text),
  memory_used_bytes: added(number, 0),
  cpu_percent: added(number, 0)
});
export type Worker = Infer<typeof worker>;

/** One Slurm job, that is one element of a job array; on the local backend one group of workers. */
export const job = object({
  /** For example `4711_3` or `local_0`. */
  job_id: text,
  /** Slurm's own word, for example `PENDING`. */
  state: text,
  phase: jobPhase,
  /** Slurm's own word for why it waits, for example `Priority`. */
  reason: nullable(text),
  /** The same in a sentence. */
  reason_text: nullable(text),
  partition: nullable(text),
  /** The first of its nodes. */
  node: nullable(text),
  cores: added(number, 0),
  memory_bytes: added(number, 0),
  gpus: added(number, 0),
  submitted_at: nullable(text),
  expected_start_at: nullable(text),
  started_at: nullable(text),
  ends_at: nullable(text),
  /** Code and signal, for example `0:9`. */
  exit_code: nullable(text),
  restarts: added(number, 0),
  workers: added(list(worker), []),
  /** The path of its log. */
  stdout: nullable(text),
  stderr: nullable(text),
  /** All that it runs on; cores, memory and GPUs are those of all of them. */
  nodes: added(list(text), [])
});
export type Job = Infer<typeof job>;

/** How far the tasks are that a client has asked for within some time. */
export const progress = object({
  tasks: number,
  /** Without those that failed. */
  done: number,
  /** Those too that need the result of one that failed. */
  failed: number,
  /** Those that workers have. */
  running: number
});
export type Progress = Infer<typeof progress>;

/** One thing that happened to a cluster. */
export const historyEntry = object({
  time: text,
  /**
   * `created`: its user asked for the cluster; `configuration`: what of the user's files is taken for
   * something else, or left out; `started`: its scheduler listens; `renamed`: its user gave it another name;
   * `scaled`: its user asked for another size; `adapted`: the load asked for another number of jobs;
   * `submitted`: Slurm has taken jobs; `slurm said`: what sbatch said besides; `refused`: Slurm has refused
   * jobs, for good; `postponed`: Slurm takes no jobs now; `doubt`: whether Slurm has taken jobs is not known;
   * `silent`: Slurm does not answer; `not asked`: this machine cannot ask Slurm; `answers`: Slurm answers
   * again; `connected`: all workers of a job are connected; `lost`: workers of a job are connected no more;
   * `back`: they are connected again; `killed`: a worker used more memory than it has; `restarted`: a client
   * had all workers restarted; `retired`: a client retired workers; `expiring`: a job nears its walltime, and
   * another one is to follow; `incomplete`: some workers of a job never came, and another one is to take its
   * place; `put back`: Slurm lets a job wait again, for its node failed; `cancelling`: its user cancels a
   * job; `cancelled`: jobs that are wanted no more are cancelled; `cancel refused`: Slurm refuses to cancel
   * jobs; `ended`: a job has ended; `used`: what it used of what it had, at its end; `stopping`: the cluster
   * is being stopped; `stopped`: the cluster has ended; `left`: its jobs could not be cancelled at its end,
   * for Slurm was out of reach; `damaged`: lines of the history cannot be understood. Words may be added.
   */
  event: text,
  /** A sentence. */
  message: text
});
export type HistoryEntry = Infer<typeof historyEntry>;

/** The end of a log file. */
export const logTail = object({
  path: text,
  text,
  /** There is more before it. */
  truncated: added(flag, false)
});
export type LogTail = Infer<typeof logTail>;

export const snippetKind = word(
  'connect', // Python: with this package
  'from_name', // Python: the same as a cluster object, which scales and closes too
  'portable', // Python: with `distributed` alone
  'attach', // the same for a kernel that works already, where it leaves no name but `client`
  'environment', // lines of shell, after which a plain `Client()` connects, and knows the dashboard's link
  'notebook', // another cluster like it, by this package's `SLURMCluster`, in the Python that it runs in
  'slurmcluster', // the same cluster by dask-jobqueue
  'yaml', // for `~/.config/dask`
  'job_script', // what was last sent to Slurm
  'batch_script' // for sbatch: runs a Python file on a cluster like it, in one allocation
);
export type SnippetKind = Infer<typeof snippetKind>;

/** A cluster as text in a language, to take along. */
export const snippet = object({
  kind: snippetKind,
  language: word('python', 'yaml', 'shell'),
  code: text,
  /** Of a job script, the command line that sent it, by standard input. */
  command: nullable(list(text))
});
export type Snippet = Infer<typeof snippet>;

/** Whether Slurm answers here, and what it is. */
export const slurmInfo = object({
  available: flag,
  version: nullable(text),
  cluster_name: nullable(text),
  max_array_size: nullable(number),
  /** What could not be learnt, and why. */
  error: nullable(text),
  /** All that its database knows, this one too; none without one. The option `slurm_cluster` chooses one. */
  clusters: added(list(text), [])
});
export type SlurmInfo = Infer<typeof slurmInfo>;

/** A partition of this site; sizes are those of its largest node. */
export const partition = object({
  name: text,
  default: flag,
  state: text,
  /** Null where unlimited. */
  max_walltime_s: nullable(number),
  default_walltime_s: nullable(number),
  nodes: number,
  cpus_per_node: number,
  memory_per_node_bytes: number,
  /** Null where none are seen and Slurm shows nothing of some nodes (`hidden_nodes`). */
  gpus_per_node: nullable(number),
  gres: nullable(text),
  features: list(text),
  idle_cpus: number,
  /** Whether this user may use it. */
  allowed: flag,
  /** Null where any may be charged. */
  allowed_accounts: nullable(list(text)),
  /** Null where any may be used. */
  allowed_qos: nullable(list(text)),
  /** As Slurm writes them together, for example `n[1-4]`. */
  node_names: nullable(text),
  /** Each kind of resource with the most that a node has of it. */
  node_gres: added(list(text), []),
  /** Of how many nodes Slurm shows nothing: cloud nodes without power, for example. */
  hidden_nodes: added(number, 0),
  /** A job has its nodes to itself. */
  whole_nodes: added(flag, false),
  /** So many nodes a job gets at least. */
  min_nodes: added(number, 1),
  /** A job with more memory gets more CPUs. */
  max_memory_per_cpu_bytes: nullable(number),
  /** CPUs that go to one job together. */
  threads_per_core: added(number, 1),
  /** Why it may not be used where `allowed` is false. */
  why_closed: nullable(text),
  /** So many nodes a job gets at most. */
  max_nodes: nullable(number)
});
export type Partition = Infer<typeof partition>;

/** An account that this user may charge; limits are the user's there, null where unlimited or unknown. */
export const account = object({
  name: text,
  default: flag,
  qos: added(list(text), []),
  max_walltime_s: nullable(number),
  /** Of all of the user's jobs together. */
  max_cpus: nullable(number)
});
export type Account = Infer<typeof account>;

/** A quality of service and its limits; null where unlimited or unknown. */
export const qos = object({
  name: text,
  max_walltime_s: nullable(number),
  max_cpus_per_user: nullable(number)
});
export type Qos = Infer<typeof qos>;

/** A network interface of this host. */
export const networkInterface = object({
  name: text,
  address: text
});
export type NetworkInterface = Infer<typeof networkInterface>;

/** A Jupyter kernel, and whether a cluster can run in its Python. */
export const kernel = object({
  name: text,
  display_name: text,
  python: nullable(text),
  /** Its version. */
  distributed: nullable(text),
  /** As far as is known where it is not `looked_at`. */
  usable: flag,
  /** Why it is not usable, as a predicate, with the command that mends it. */
  problem: nullable(text),
  /** In small letters. */
  language: added(text, 'python'),
  /**
   * False where only a look can tell, which is taken when a preview or a cluster names it: to list kernels
   * runs nothing of them.
   */
  looked_at: added(flag, true)
});
export type Kernel = Infer<typeof kernel>;

/** Nodes that are kept for some at a time. */
export const reservation = object({
  name: text,
  active: flag,
  /** Whether this user may use it; true also where only Slurm can tell. */
  allowed: flag,
  starts_at: nullable(text),
  users: added(list(text), [])
});
export type Reservation = Infer<typeof reservation>;

/** What this Slurm installation offers to this user, and the kernels of this Jupyter. */
export const site = object({
  slurm: slurmInfo,
  partitions: added(list(partition), []),
  accounts: added(list(account), []),
  qos: added(list(qos), []),
  /** Those of the Jupyter server's host. */
  interfaces: added(list(networkInterface), []),
  kernels: added(list(kernel), []),
  /** Null where they could not be learnt. */
  reservations: nullable(list(reservation)),
  /**
   * Why controllers should not run on this host, in sentences: what would end them there, or keeps nodes from
   * them. The form proposes a job of their own then (`controller_placement`). Null where that cannot be.
   */
  controller_reasons: added(list(text), [])
});
export type Site = Infer<typeof site>;

export const profileSource = word('dask', 'site', 'user');
export type ProfileSource = Infer<typeof profileSource>;

/** Options under a name. */
export const profile = object({
  name: text,
  /** Only those of the user can be changed. */
  source: profileSource,
  backend: nullable(backend),
  /** Only those that are set. */
  options: added(record(anything), {}),
  scaling: nullable(record(anything)),
  description: added(text, ''),
  /** The file, or the section of Dask's configuration, that it stands in. */
  origin: nullable(text),
  /** Why it cannot be used. */
  error: nullable(text),
  /** What of it is not used. */
  warnings: added(list(text), []),
  /** Options for which it says that nothing counts, also nothing of Dask's configuration. */
  emptied: added(list(text), [])
});
export type Profile = Infer<typeof profile>;

/** A line of a job script, and what it means. */
export const scriptLine = object({
  text,
  explanation: text
});
export type ScriptLine = Infer<typeof scriptLine>;

/**
 * What all jobs come to; where their number is adaptive, as many as there may come to be.
 *
 * Null where what is wrong hides it.
 */
export const totals = object({
  jobs: nullable(number),
  workers: nullable(number),
  threads: nullable(number),
  memory_bytes: nullable(number),
  gpus: nullable(number),
  core_hours_per_hour: nullable(number)
});
export type Totals = Infer<typeof totals>;

/** The same cluster as text to take along. */
export const exportedCode = object({
  /** For dask-jobqueue alone. */
  python: text,
  /** A file of `~/.config/dask`. */
  yaml: text,
  /** For sbatch: runs a Python file on a cluster like it, in one allocation. */
  batch_script: added(text, '')
});
export type ExportedCode = Infer<typeof exportedCode>;

/** What keeps a cluster from being started, and the field that it is about. */
export const complaint = object({
  field: nullable(text),
  message: text
});
export type Complaint = Infer<typeof complaint>;

export const budgetResource = word(
  'cores', // Cores as Slurm counts them (``cpu``).
  'gpus', // ``gres/gpu``
  'billing' // What the site charges, by weights of its own.
);
export type BudgetResource = Infer<typeof budgetResource>;

/** A limit on hours that Slurm's accounting sets (`GrpTRESMins`), and what is left of it. */
export const budget = object({
  resource: budgetResource,
  /** Whose limit it is: the account that is charged, or one above it. */
  account: text,
  /** Whether it is that of this user in the account, and not of the whole account. */
  yours: flag,
  limit_hours: number,
  /** Without what running jobs may still use until their walltime; at most some minutes old. */
  left_hours: number,
  /** What all jobs together may use until their walltime. Null where that is not known. */
  asked_hours: nullable(number)
});
export type Budget = Infer<typeof budget>;

/** What a cluster would send to Slurm. */
export const preview = object({
  /** Empty for the backend `local`, null where something wrong prevents it. */
  script: nullable(text),
  /** The words of sbatch's command line. */
  command: list(text),
  lines: list(scriptLine),
  totals,
  /** The effective ones: what counts where a field is left empty or malformed. Null where not known. */
  options: nullable(record(anything)),
  /** Those of the options that nobody has asked for and Dask's configuration decides. */
  configured: list(text),
  expected_start_at: nullable(text),
  /** Null where it has no jobs in Slurm. */
  exports: nullable(exportedCode),
  errors: list(complaint),
  warnings: list(text),
  /** The kernel of which it is just being learnt which Python it runs; the rest comes when asked again. */
  looking_at: nullable(text),
  /** The script of the controller's own job; none where it has none. */
  controller_lines: added(list(scriptLine), []),
  /** Of each resource the limit of which least is left; none too where Slurm was not asked yet. */
  budgets: added(list(budget), [])
});
export type Preview = Infer<typeof preview>;

/** When a cluster would start with some options changed. */
export const variant = object({
  /** Those that are changed; none for the cluster as it was asked for. */
  options: record(anything),
  /** Null where Slurm does not say, and for the backend `local`. */
  expected_start_at: nullable(text),
  /** Why it would not be started, or why that is not known. */
  error: nullable(text),
  /** Why no time is known of what would be started. */
  note: nullable(text)
});
export type Variant = Infer<typeof variant>;
