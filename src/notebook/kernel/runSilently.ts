import type { Kernel, KernelMessage } from '@jupyterlab/services';

/** The scheduler of the kernel's `client`, `''` where it has lost it; an error where there is no `client`. */
const ADDRESS = 'client.scheduler.address if client.status == "running" else ""';

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

/** Code cannot run because the notebook has no kernel, or one of another language. */
export class NoPythonKernel extends Error {
  constructor(readonly hasKernel: boolean) {
    super(hasKernel ? 'The kernel does not run Python.' : 'There is no kernel.');
    this.name = 'NoPythonKernel';
  }
}

/** @returns whether our code can run in a kernel; waits until the kernel has answered once. */
export async function speaksPython(kernel: Kernel.IKernelConnection): Promise<boolean> {
  return (await kernel.info).language_info.name === 'python';
}

/**
 * Run code in a kernel without a trace in the notebook: no number, no history, no output. What waits in
 * the kernel is run all the same where it fails.
 *
 * @returns the address of the scheduler that the kernel's `client` is connected to then; `''` where it
 * is connected to none, null where the kernel has no `client`.
 *
 * @throws KernelError where the code raises.
 */
export async function runSilently(kernel: Kernel.IKernelConnection, code: string): Promise<string | null> {
  const { content } = await kernel.requestExecute({
    code,
    silent: true,
    store_history: false,
    stop_on_error: false,
    allow_stdin: false,
    user_expressions: { address: ADDRESS }
  }).done;
  if (content.status === 'ok') {
    return readAddress(content.user_expressions);
  }
  throw content.status === 'error'
    ? new KernelError(content.ename, content.evalue)
    : new KernelError('Aborted');
}

function readAddress(answers: KernelMessage.IExecuteReply['user_expressions']): string | null {
  const answer = answers.address as { status?: string; ename?: string; data?: Record<string, unknown> };
  if (answer.status === 'ok') {
    return String(answer.data?.['text/plain']).replace(/^['"]|['"]$/g, '');
  }
  return answer.ename === 'NameError' ? null : '';
}
