import type { Kernel } from '@jupyterlab/services';

/** The scheduler of the kernel's `client`, `''` where it has lost it; an error where there is no `client`. */
const CLIENT = 'client.scheduler.address if client.status == "running" else ""';

/** The id of the kernel's `client`, by which its scheduler knows it. */
const CLIENT_ID = 'client.id if client.status == "running" else ""';

/** The scheduler of the newest `SLURMCluster` that a variable holds, `''` where none does. */
const CLUSTER =
  'next((held.scheduler_address for held in reversed(list(globals().values()))' +
  ' if str(getattr(type(held), "__module__", "")).startswith("jupyter_dask_slurm.")' +
  ' and getattr(getattr(held, "status", None), "name", None) == "running"), "")';

/**
 * How long a kernel may take to say what it is before it is asked again, later and later: JupyterLab asks each once, and
 * what it asks before all channels of a kernel are there is never answered.
 */
const ASK_AGAIN_MS = 5000;

/** So long an answer may come after one to a later question, which has come by another way. */
const LATE_MS = 2000;

/** How often a kernel is sent the same, where it was not heard. */
const ATTEMPTS = 3;

/**
 * Pauses before code is sent again that the kernel has dropped because a cell before it has failed: each twice as long as
 * the one before. A kernel may drop whatever comes for a while (`stop_on_error_timeout`).
 */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1000;

/** So long are those pauses together at most; what cells take that run meanwhile does not count. */
const MOST_PAUSES_MS = 10_000;

/** What a kernel has of clusters. */
export interface IFound {
  /** The address of the scheduler that its `client` is connected to; `''` where to none, null without `client`. */
  readonly client: string | null;
  /** The id by which that scheduler knows it; `''` where there is none. */
  readonly id: string;
  /** The address of the scheduler of a cluster that a cell has made, `''` where there is none. */
  readonly cluster: string;
}

/** What a kernel said about code that it could not run. */
export class KernelError extends Error {
  constructor(
    readonly ename: string,
    readonly evalue = ''
  ) {
    super(evalue ? `${ename}: ${evalue}` : ename);
    this.name = 'KernelError';
  }
}

/** Code cannot run because the notebook has no kernel, or one of another language; `failureWords` says it. */
export class NoPythonKernel extends Error {
  constructor(readonly hasKernel: boolean) {
    super();
    this.name = 'NoPythonKernel';
  }
}

/** Code, or what became of it, was lost on its way, however often it was sent; `failureWords` says it. */
export class MessageLost extends Error {
  override readonly name = 'MessageLost';
}

/** Code was dropped by the kernel, however often it was sent, for a cell before it failed; `failureWords` says it. */
export class CodeDropped extends Error {
  override readonly name = 'CodeDropped';
}

/** What is known of code besides what it says. */
export interface IPurpose {
  /** Whether it was run, by what the kernel has; else that is not to be seen. */
  readonly wasRun?: (found: IFound) => boolean;
  /** Whether it is still to be run where it was dropped: something else may be wanted by then, and have been sent. */
  readonly isWanted?: () => boolean;
}

/** @returns whether our code can run in a kernel; waits until the kernel has answered once. */
export async function speaksPython(kernel: Kernel.IKernelConnection): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const isOver = new Promise<never>((_, reject) => {
    const askAfter = (pause: number) => {
      timer = setTimeout(() => {
        if (kernel.isDisposed || kernel.status === 'dead') {
          reject(new NoPythonKernel(false));
          return;
        }
        if (kernel.connectionStatus === 'connected') {
          // Its answer is that for which `info` waits as well.
          kernel.requestKernelInfo().catch(() => undefined);
        }
        askAfter(2 * pause);
      }, pause);
    };
    askAfter(ASK_AGAIN_MS);
  });
  try {
    return (await Promise.race([kernel.info, isOver])).language_info.name === 'python';
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Run code in a kernel without a trace in the notebook: no number, no history, no output. What waits in
 * the kernel is run all the same where it fails. Where a message is lost on its way the code is run again, unless what
 * the kernel has then says that it was run.
 *
 * @returns what the kernel has then.
 *
 * @throws KernelError where the code raises; MessageLost where the kernel hears nothing; CodeDropped where it was not run
 * since cells before it failed.
 */
export async function runSilently(
  kernel: Kernel.IKernelConnection,
  code: string,
  { wasRun = () => false, isWanted = () => true }: IPurpose = {}
): Promise<IFound> {
  let answer = await request(kernel, code, isWanted);
  for (let attempt = 1; answer === null && attempt < ATTEMPTS; attempt++) {
    const found = await request(kernel, '', isWanted);
    answer = found && wasRun(found) ? found : await request(kernel, code, isWanted);
  }
  if (answer === null) {
    throw new MessageLost();
  }
  return answer;
}

/** @returns what the kernel has once it has run code; null where that, or its answer, was lost. */
async function request(
  kernel: Kernel.IKernelConnection,
  code: string,
  isWanted: () => boolean
): Promise<IFound | null> {
  let answer = await requestOnce(kernel, code);
  let paused = 0;
  for (let pause = FIRST_PAUSE_MS; answer === 'dropped'; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    paused += pause;
    if (paused > MOST_PAUSES_MS) {
      throw new CodeDropped();
    }
    await new Promise(resolve => setTimeout(resolve, pause));
    if (!isWanted()) {
      throw new CodeDropped();
    }
    answer = await requestOnce(kernel, code);
  }
  return answer;
}

/** @returns the same, or that it was dropped since a cell before it has failed. */
async function requestOnce(
  kernel: Kernel.IKernelConnection,
  code: string
): Promise<IFound | 'dropped' | null> {
  const future = kernel.requestExecute({
    code,
    silent: true,
    store_history: false,
    stop_on_error: false,
    allow_stdin: false,
    user_expressions: { client: CLIENT, id: CLIENT_ID, cluster: CLUSTER }
  });
  const reply = await replyOf(kernel, future);
  if (reply === null) {
    future.dispose();
    return null;
  }
  const { content } = reply;
  if (content.status === 'ok') {
    const { client, id, cluster } = content.user_expressions as Record<string, IAnswer>;
    return { client: readText(client), id: readText(id) ?? '', cluster: readText(cluster) ?? '' };
  }
  if (content.status === 'error') {
    throw new KernelError(content.ename, content.evalue);
  }
  // What waits behind a cell that fails is answered with "aborted" (`stop_on_error` in Jupyter's messaging protocol).
  return 'dropped';
}

/** @returns the reply; null where it never comes, for the kernel has answered what it was asked later. */
async function replyOf(kernel: Kernel.IKernelConnection, future: Future): Promise<Reply | null> {
  const timers: ReturnType<typeof setTimeout>[] = [];
  const isLost = new Promise<null>(resolve => {
    const askAfter = (pause: number) => {
      timers[0] = setTimeout(() => {
        if (kernel.connectionStatus === 'connected' && kernel.status !== 'dead' && !kernel.isDisposed) {
          kernel
            .requestKernelInfo()
            .then(() => new Promise(late => (timers[1] = setTimeout(late, LATE_MS))))
            .then(() => resolve(null))
            .catch(() => undefined);
        }
        askAfter(2 * pause);
      }, pause);
    };
    askAfter(ASK_AGAIN_MS);
  });
  // Whether the kernel rests again is told by another way, and of no interest here.
  const replied = new Promise<Reply>(resolve => (future.onReply = resolve));
  try {
    return await Promise.race([future.done, replied, isLost]);
  } finally {
    timers.forEach(clearTimeout);
  }
}

type Future = ReturnType<Kernel.IKernelConnection['requestExecute']>;
type Reply = Awaited<Future['done']>;

/** What a kernel says about one of our questions. */
interface IAnswer {
  readonly status?: string;
  readonly ename?: string;
  readonly data?: Record<string, unknown>;
}

function readText(answer: IAnswer): string | null {
  if (answer.status === 'ok') {
    return String(answer.data?.['text/plain']).replace(/^['"]|['"]$/g, '');
  }
  return answer.ename === 'NameError' ? null : '';
}
