import type { Kernel } from '@jupyterlab/services';
import { PromiseDelegate } from '@lumino/coreutils';

/** By which a scheduler knows the client. */
export const ID = 'Client-1';

/** What waits to be run. */
interface IWaiting {
  readonly code: string;
  readonly future: FakeFuture;
  /** Resolves once the kernel has it no more: it was run, or never came. */
  readonly left: PromiseDelegate<void>;
}

/** What somebody has in hand who has sent code: the reply comes by one way, and the end of it by another. */
class FakeFuture {
  readonly end = new PromiseDelegate<object>();
  readonly done = this.end.promise;
  onReply: (reply: object) => unknown = () => undefined;
  readonly dispose = (): void => undefined;
}

/** A kernel that runs what it was sent when a test says so, in the order in which it came; questions wait as well. */
export class FakeKernel {
  status: Kernel.Status = 'idle';

  readonly waiting: IWaiting[] = [];

  connectionStatus: Kernel.ConnectionStatus = 'connected';
  isDisposed = false;

  /** Whether the word is lost by which the end of what it ran is known. */
  losesIdle = false;

  /** What it says about itself, once it has heard that it is asked. */
  info: Promise<object> = Promise.resolve({ language_info: { name: 'python' } });

  /** Where JupyterLab's first question was lost. */
  losesFirstQuestion(): void {
    const info = new PromiseDelegate<object>();
    const said = this.info;
    this.info = info.promise;
    this.requestKernelInfo.mockImplementation(async () => {
      await this._turn();
      info.resolve(said);
      return said;
    });
  }

  readonly requestKernelInfo = jest.fn(async () => {
    await this._turn();
    return this.info;
  });

  requestExecute({ code }: { code: string }): FakeFuture {
    if (this.status === 'dead') {
      throw new Error('Kernel is dead');
    }
    const future = new FakeFuture();
    this.waiting.push({ code, future, left: new PromiseDelegate() });
    return future;
  }

  /** Run the next; addresses are those of `client` and `cluster` then, null where there is no such name. */
  run(client: string | null, cluster: string | null = null): void {
    const id = client && ID;
    const answers = { client: answer(client), id: answer(id), cluster: answer(cluster) };
    this._reply({ status: 'ok', user_expressions: answers });
  }

  /** Run the next, which raises. */
  raise(ename: string, evalue: string): void {
    this._reply({ status: 'error', ename, evalue });
  }

  /** Drop what waits, for a cell has failed before it. */
  abort(): void {
    for (let left = this.waiting.length; left > 0; left--) {
      this._reply({ status: 'aborted' });
    }
  }

  /** Never answer the next: it, or what the kernel says to it, was lost on its way. */
  lose(): string {
    return this._next()?.code ?? 'nothing';
  }

  /** Drop what waits, as a restart does. */
  drop(): void {
    for (let next = this._next(); next; next = this._next()) {
      next.future.end.reject(new Error('Canceled future'));
    }
  }

  private _reply(content: object): void {
    const next = this._next();
    if (!next) {
      throw new Error('Nothing was sent to the kernel.');
    }
    next.future.onReply({ content });
    if (!this.losesIdle) {
      next.future.end.resolve({ content });
    }
  }

  private _next(): IWaiting | undefined {
    const next = this.waiting.shift();
    next?.left.resolve();
    return next;
  }

  /** Resolves when all that was sent until now is through. */
  private async _turn(): Promise<void> {
    await Promise.all(this.waiting.map(({ left }) => left.promise));
  }
}

function answer(text: string | null): object {
  return text === null
    ? { status: 'error', ename: 'NameError' }
    : { status: 'ok', data: { 'text/plain': `'${text}'` } };
}

/** Let everything go on that waits for nothing but promises. */
export function settle(): Promise<void> {
  return new Promise(resolve => setTimeout(resolve));
}
