import type { ISessionContext } from '@jupyterlab/apputils';
import type { Kernel } from '@jupyterlab/services';
import { ISignal, Signal } from '@lumino/signaling';

import { IFound, NoPythonKernel, runSilently, speaksPython } from './runSilently';

/** Nothing where there is no client: the one that was to be there may have failed. What is not Dask's stays. */
const CLOSE = 'if hasattr(globals().get("client"), "scheduler"):\n    client.close()\n    del client';

/** What a kernel's `client` is, as far as this browser knows. */
export type ClientState =
  /** Nobody has looked yet: the kernel starts, or the page was loaded just now. */
  | { readonly kind: 'unknown' }
  /** There is no `client`; but maybe a cluster that a cell has made, with this scheduler. */
  | { readonly kind: 'none'; readonly cluster?: string }
  | { readonly kind: 'connecting' }
  /** It is there, connected to this scheduler; to none where the address is empty. */
  | { readonly kind: 'there'; readonly address: string; readonly id?: string; readonly cluster?: string }
  | { readonly kind: 'failed'; readonly error: unknown };

/** The `client` in the kernel of a notebook: made, looked at and closed by code that nobody sees. */
export class KernelClient {
  constructor(private readonly _session: ISessionContext) {}

  get state(): ClientState {
    return this._state;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Whether it was made here, and not by a cell: then it may be replaced without asking. */
  get isOurs(): boolean {
    return this._state.kind === 'there' && this._state.address === this._made;
  }

  /** Say what is known without asking the kernel. */
  assume(kind: 'unknown' | 'none'): void {
    this._attempt += 1;
    this._made = null;
    this._set({ kind });
  }

  /** Ask the kernel; in a language that is not Python there is nothing to be found. */
  async look(): Promise<void> {
    const kernel = this._session.session?.kernel;
    const attempt = this._attempt;
    if (kernel && (await speaksPython(kernel))) {
      const found = await runSilently(kernel, '');
      if (attempt === this._attempt) {
        this._set(asState(found));
      }
    }
  }

  /**
   * Run code that makes the client.
   *
   * @param address - of the scheduler that it connects to: any other client found is not what it makes.
   * @returns whether it is there; not where something else was wanted meanwhile, or the kernel started again:
   * what comes of it then is of no interest, failures included.
   *
   * @throws KernelError with the kernel's words; NoPythonKernel; MessageLost; CodeDropped; whatever keeps the code
   * from being there.
   */
  async make(code: Promise<string>, address: string | null): Promise<boolean> {
    const attempt = ++this._attempt;
    const before = this._state.kind === 'there' ? this._state.id : undefined;
    this._set({ kind: 'connecting' });
    try {
      const [kernel, text] = await Promise.all([this._pythonKernel(), code]);
      // A restart is told twice, and each time asks for a client; one is enough.
      if (attempt !== this._attempt) {
        return false;
      }
      const isMade = ({ client, id }: IFound) => client !== null && client === address && id !== before;
      const found = await runSilently(kernel, text, {
        wasRun: isMade,
        isWanted: () => attempt === this._attempt
      });
      if (attempt !== this._attempt) {
        return false;
      }
      this._made = found.client;
      this._set({ kind: 'there', address: found.client ?? '', id: found.id });
      return true;
    } catch (error) {
      if (attempt !== this._attempt) {
        return false;
      }
      this._set({ kind: 'failed', error });
      throw error;
    }
  }

  /**
   * Close the client and take its name away; one that is being made too: the kernel runs what it was sent, and
   * this after it.
   */
  async close(): Promise<void> {
    const kernel = this._session.session?.kernel;
    const { kind } = this._state;
    this.assume('none');
    const attempt = this._attempt;
    if (!kernel || (kind !== 'there' && kind !== 'connecting')) {
      return;
    }
    try {
      if ((await speaksPython(kernel)) && attempt === this._attempt) {
        await runSilently(kernel, CLOSE, { isWanted: () => attempt === this._attempt });
      }
    } catch (error) {
      // A kernel that started again meanwhile has closed it.
      if (attempt === this._attempt) {
        throw error;
      }
    }
  }

  private async _pythonKernel(): Promise<Kernel.IKernelConnection> {
    const kernel = this._session.session?.kernel;
    if (!kernel || !(await speaksPython(kernel))) {
      throw new NoPythonKernel(Boolean(kernel));
    }
    return kernel;
  }

  private _set(state: ClientState): void {
    this._state = state;
    this._changed.emit();
  }

  private _state: ClientState = { kind: 'unknown' };
  /** The address of the client that was made here. */
  private _made: string | null = null;
  /** Counts what was asked for, so that a late answer changes nothing. */
  private _attempt = 0;
  private readonly _changed = new Signal<this, void>(this);
}

function asState({ client, id, cluster }: IFound): ClientState {
  if (client !== null) {
    // One that is connected to none may be anything that is called so.
    return client || !cluster
      ? { kind: 'there', address: client, id }
      : { kind: 'there', address: client, id, cluster };
  }
  return cluster ? { kind: 'none', cluster } : { kind: 'none' };
}
