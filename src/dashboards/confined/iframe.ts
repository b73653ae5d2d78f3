import { IFrame } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';

import type { IDashboard } from '../../api/client';
import { confinedPage, messagePage, pathBelow } from './page';
import { FromPage, GREETING, ToPage } from './pageScript';

/**
 * Shows pages of a dashboard without trusting them.
 *
 * Jupyter serves them from its own origin, where a script could read Jupyter's token and act as the
 * user. So they get an origin of their own and no network; files and the websocket of the page that is
 * shown are brought by this widget.
 */
export class ConfinedFrame extends IFrame {
  constructor() {
    super({ sandbox: ['allow-scripts', 'allow-downloads'], referrerPolicy: 'no-referrer' });
    // The one that IFrame has made.
    this._iframe = this.node.querySelector('iframe') as HTMLIFrameElement;
    this._iframe.addEventListener('load', () => this.toggleClass('jp-mod-drawn', this._path !== null));
  }

  /** What the frame is called, for who does not see it. */
  set label(label: string) {
    this._iframe.title = label;
  }

  /** Show a page, or the same one anew. */
  open(source: IDashboard, path: string): void {
    this.clear();
    this._source = source;
    this._path = path;
    // Before that the frame would lose it again.
    if (this.isAttached) {
      void this._load(source, path);
    }
  }

  /** Show nothing: a page that stays would go on drawing. */
  clear(): void {
    this._leave();
    this._path = null;
    this._source = null;
    this.removeClass('jp-mod-drawn');
    this._iframe.removeAttribute('srcdoc');
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    window.addEventListener('message', this._greeted);
    // A frame that is moved begins anew, and what Bokeh wrote into the page is valid for minutes only.
    if (this._source && this._path !== null) {
      this.open(this._source, this._path);
    }
  }

  protected override onAfterDetach(msg: Message): void {
    window.removeEventListener('message', this._greeted);
    this._leave();
    super.onAfterDetach(msg);
  }

  private async _load(source: IDashboard, path: string): Promise<void> {
    const page = await confinedPage(source, path).catch(messagePage);
    // Meanwhile another one may have been asked for.
    if (this._source === source && this._path === path && this.isAttached) {
      this._expected = true;
      this._iframe.srcdoc = page;
    }
  }

  /** Only the page that was put there is heard, and once: what it may lead its frame to has no port. */
  private readonly _greeted = ({ source, data, ports }: MessageEvent): void => {
    if (this._expected && source === this._iframe.contentWindow && data === GREETING && ports.length === 1) {
      this._expected = false;
      this._port = ports[0];
      this._port.onmessage = ({ data: message }: MessageEvent<FromPage>) => this._handle(message);
    }
  };

  private _handle(message: FromPage): void {
    if (message.type === 'follow') {
      this._follow(String(message.address));
    } else if (message.type === 'open') {
      this._connect(message.id, message.protocols.map(String));
    } else if (message.type === 'send') {
      this._sockets.get(message.id)?.send(message.data);
    } else if (message.type === 'close') {
      this._sockets.get(message.id)?.close();
    }
  }

  /** The page says that it wants a socket, not which: it gets its own. */
  private _connect(id: number, protocols: string[]): void {
    const { _port: port, _source: source, _path: path } = this;
    if (!source || path === null) {
      return;
    }
    const tell = (message: ToPage): void => port?.postMessage(message);
    const socket = source.socket(`${path}/ws`, protocols);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => tell({ type: 'open', id });
    socket.onerror = () => tell({ type: 'error', id });
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => tell({ type: 'message', id, data });
    socket.onclose = ({ code, reason }) => tell({ type: 'close', id, code, reason });
    this._sockets.set(id, socket);
  }

  private _follow(address: string): void {
    const { _source: source, _path: path } = this;
    if (!source || path === null) {
      return;
    }
    const target = pathBelow(source.root, path, address);
    if (target !== null) {
      this.open(source, target);
    } else if (/^https:\/\//.test(address)) {
      window.open(address, '_blank', 'noopener,noreferrer');
    }
  }

  private _leave(): void {
    this._expected = false;
    this._port?.close();
    this._port = null;
    this._sockets.forEach(socket => socket.close());
    this._sockets.clear();
  }

  private _source: IDashboard | null = null;
  private _path: string | null = null;
  private _port: MessagePort | null = null;
  /** Whether a page was put into the frame that has not spoken yet. */
  private _expected = false;
  private readonly _iframe: HTMLIFrameElement;
  private readonly _sockets = new Map<number, WebSocket>();
}
