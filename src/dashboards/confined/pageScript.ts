/**
 * What runs inside a confined page before its own scripts do. The page has no network: the sockets that
 * it opens and the links that are followed in it go to the pane that shows it, through one port.
 *
 * The functions of this file are handed over as text, so each stands alone.
 */

import { IPageTheme, themeScript } from './pageTheme';

/** What the page says when it begins; the port of the pane comes along. */
export const GREETING = 'dask-slurm-page';

/** What a confined page asks of its pane. */
export type FromPage =
  | { readonly type: 'open'; readonly id: number; readonly protocols: readonly string[] }
  | { readonly type: 'send'; readonly id: number; readonly data: string | ArrayBuffer }
  | { readonly type: 'close'; readonly id: number }
  | { readonly type: 'follow'; readonly address: string };

/** What its pane tells it. */
export type ToPage = { readonly type: 'theme'; readonly theme: IPageTheme | null } | FromSocket;

/** What one of its sockets does. */
export type FromSocket =
  | { readonly type: 'open' | 'error'; readonly id: number }
  | { readonly type: 'message'; readonly id: number; readonly data: string | ArrayBuffer }
  | { readonly type: 'close'; readonly id: number; readonly code: number; readonly reason: string };

/** @returns the script to be put before all others of a page, which begins in the colours of a theme. */
export function pageScript(theme: IPageTheme | null): string {
  return `(() => {
  const { port1, port2 } = new MessageChannel();
  window.parent.postMessage(${JSON.stringify(GREETING)}, '*', [port2]);
  const wear = ${themeScript(theme)};
  (${relaySockets.toString()})(port1, wear);
  (${relayLinks.toString()})(port1);
})();`;
}

/** Put sockets in place of the browser's that have their other end in the pane. */
function relaySockets(port: MessagePort, wear: (theme: IPageTheme | null) => void): void {
  const sockets = new Map<number, RelayedSocket>();
  class RelayedSocket extends EventTarget {
    static readonly CONNECTING = 0;
    static readonly OPEN = 1;
    static readonly CLOSING = 2;
    static readonly CLOSED = 3;
    binaryType = 'arraybuffer';
    readyState: number = RelayedSocket.CONNECTING;
    private readonly _id = sockets.size + 1;

    /** Where it leads is not the page's to say. */
    constructor(_address: string, protocols: string | string[] = []) {
      super();
      sockets.set(this._id, this);
      port.postMessage({ type: 'open', id: this._id, protocols: [protocols].flat() });
    }

    send(data: string | ArrayBuffer): void {
      port.postMessage({ type: 'send', id: this._id, data });
    }

    close(): void {
      this.readyState = RelayedSocket.CLOSING;
      port.postMessage({ type: 'close', id: this._id });
    }

    hear(message: FromSocket): void {
      const states = { open: RelayedSocket.OPEN, close: RelayedSocket.CLOSED };
      this.readyState = { error: this.readyState, message: this.readyState, ...states }[message.type];
      const event =
        message.type === 'message'
          ? new MessageEvent('message', { data: message.data })
          : message.type === 'close'
            ? new CloseEvent('close', { code: message.code, reason: message.reason })
            : new Event(message.type);
      this.dispatchEvent(event);
      const listener: unknown = Reflect.get(this, `on${message.type}`);
      if (typeof listener === 'function') {
        listener.call(this, event);
      }
    }
  }
  port.onmessage = ({ data }: MessageEvent<ToPage>) => {
    if (data.type === 'theme') {
      wear(data.theme);
    } else {
      sockets.get(data.id)?.hear(data);
    }
  };
  Reflect.set(window, 'WebSocket', RelayedSocket);
}

/** Let the pane follow links; the frame itself goes nowhere. */
function relayLinks(port: MessagePort): void {
  const follow = (address: string): void => port.postMessage({ type: 'follow', address });
  document.addEventListener('click', event => {
    const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
    const address = link?.getAttribute('href') ?? '#';
    if (!/^(#|javascript:|blob:|data:)/i.test(address)) {
      event.preventDefault();
      follow(address);
    }
  });
  window.open = address => {
    follow(String(address));
    return null;
  };
}
