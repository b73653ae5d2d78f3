/** So long another tab may need to say what its user sees. */
const PATIENCE_MS = 500;
/** Timers of a tab that is hidden may come a minute late. */
const SAME_MS = 2 * 60 * 1000;

/** What users have seen in other tabs of this browser. */
export class OtherTabs {
  constructor() {
    this._channel?.addEventListener('message', ({ data }) => this._seen.set(String(data), Date.now()));
  }

  /** Say that this tab's user has seen something. */
  saySeen(what: string): void {
    this._channel?.postMessage(what);
  }

  /** @returns whether the user has just seen something elsewhere. */
  async haveSeen(what: string): Promise<boolean> {
    if (this._channel) {
      await new Promise(resolve => setTimeout(resolve, PATIENCE_MS));
    }
    return Date.now() - (this._seen.get(what) ?? -Infinity) < SAME_MS;
  }

  private readonly _seen = new Map<string, number>();
  private readonly _channel =
    'BroadcastChannel' in window ? new BroadcastChannel('jupyter-dask-slurm:seen') : null;
}
