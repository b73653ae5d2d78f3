import type { Kernel } from '@jupyterlab/services';
import { PromiseDelegate } from '@lumino/coreutils';

/** By which a scheduler knows the client. */
export const ID = 'Client-1';

/** A kernel that runs what it was sent when a test says so, in the order in which it came. */
export class FakeKernel {
  status: Kernel.Status = 'idle';

  /** What waits to be run. */
  readonly waiting: { readonly code: string; readonly reply: PromiseDelegate<object> }[] = [];

  connectionStatus: Kernel.ConnectionStatus = 'connected';
  isDisposed = false;

  /** What it says about itself, once it has heard that it is asked. */
  info: Promise<object> = Promise.resolve({ language_info: { name: 'python' } });

  /** Where JupyterLab's first question was lost. */
  losesFirstQuestion(): void {
    const info = new PromiseDelegate<object>();
    const said = this.info;
    this.info = info.promise;
    this.requestKernelInfo.mockImplementation(() => {
      info.resolve(said);
      return said;
    });
  }

  readonly requestKernelInfo = jest.fn(() => this.info);

  requestExecute({ code }: { code: string }): { done: Promise<object>; dispose: () => void } {
    if (this.status === 'dead') {
      throw new Error('Kernel is dead');
    }
    const reply = new PromiseDelegate<object>();
    this.waiting.push({ code, reply });
    return { done: reply.promise, dispose: () => undefined };
  }

  /** Run the next; addresses are those of `client` and `cluster` then, null where there is no such name. */
  run(client: string | null, cluster: string | null = null): void {
    const id = client && ID;
    const answers = { client: answer(client), id: answer(id), cluster: answer(cluster) };
    this._next().resolve({ content: { status: 'ok', user_expressions: answers } });
  }

  /** Run the next, which raises. */
  raise(ename: string, evalue: string): void {
    this._next().resolve({ content: { status: 'error', ename, evalue } });
  }

  /** Drop what waits, for a cell has failed before it. */
  abort(): void {
    this.waiting.splice(0).forEach(({ reply }) => reply.resolve({ content: { status: 'aborted' } }));
  }

  /** Never answer the next: it, or what the kernel says to it, was lost on its way. */
  lose(): string {
    return this.waiting.shift()?.code ?? 'nothing';
  }

  /** Drop what waits, as a restart does. */
  drop(): void {
    this.waiting.splice(0).forEach(({ reply }) => reply.reject(new Error('Canceled future')));
  }

  private _next(): PromiseDelegate<object> {
    const next = this.waiting.shift();
    if (!next) {
      throw new Error('Nothing was sent to the kernel.');
    }
    return next.reply;
  }
}

function answer(address: string | null): object {
  return address === null
    ? { status: 'error', ename: 'NameError' }
    : { status: 'ok', data: { 'text/plain': `'${address}'` } };
}

/** Let everything go on that waits for nothing but promises. */
export function settle(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve));
}
