import type { ISessionContext } from '@jupyterlab/apputils';
import type { Kernel } from '@jupyterlab/services';
import { ISignal, Signal } from '@lumino/signaling';

import { KernelError, NoPythonKernel, runSilently, speaksPython } from './kernel';

/** What a kernel's `client` is, as far as this browser knows. */
export type ClientState =
  /** Nobody has looked yet: the kernel starts, or the page was loaded just now. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'none' }
  | { readonly kind: 'connecting' }
  /** It is there, connected to this scheduler; to none where the address is empty. */
  | { readonly kind: 'there'; readonly address: string }
  | { readonly kind: 'failed'; readonly reason: string };

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
      const address = await runSilently(kernel, '');
      if (attempt === this._attempt) {
        this._set(address === null ? { kind: 'none' } : { kind: 'there', address });
      }
    }
  }

  /**
   * Run code that makes the client.
   *
   * @throws KernelError with the kernel's words; NoPythonKernel; whatever keeps the code from being there.
   */
  async make(code: Promise<string>): Promise<void> {
    const attempt = ++this._attempt;
    this._set({ kind: 'connecting' });
    try {
      const [kernel, text] = await Promise.all([this._pythonKernel(), code]);
      // A restart is told twice, and each time asks for a client; one is enough.
      if (attempt !== this._attempt) {
        throw new KernelError('Aborted');
      }
      const address = await runSilently(kernel, text);
      if (attempt === this._attempt) {
        this._made = address;
        this._set({ kind: 'there', address: address ?? '' });
      }
    } catch (error) {
      if (attempt === this._attempt) {
        this._set({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
      }
      throw error;
    }
  }

  /** Close the client and take its name away. */
  async close(): Promise<void> {
    const kernel = this._session.session?.kernel;
    const there = this._state.kind === 'there';
    this.assume('none');
    if (kernel && there) {
      await runSilently(kernel, 'client.close()\ndel client');
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
