import type { IDashboard } from '../../api/client';
import { pathBelow } from '../../api/pathBelow';
import { confinedPage, IConfinedPage, IFailure, messagePage } from './page';
import { FromPage, GREETING, ToPage } from './pageScript';
import type { IPageTheme } from './pageTheme';
import { PageSockets } from './sockets';

/** What the frame says when it is there; a port comes along that takes a page. Jupyter serves the frame. */
const FRAME_GREETING = 'dask-slurm-frame';

/** How long after a page has said that a link was clicked the browser may take to say it, in milliseconds. */
const CLICK_HEARD_WITHIN = 1000;

/** What is done outside of a page for it. */
export interface IOutside {
  /** Ask whether an address of another site shall be opened, and open it. */
  readonly leave: (address: string) => void;
  /** A page is there. */
  readonly shown?: (page: IConfinedPage) => void;
  /** Why a page is not there, and what is clicked to ask for it again. */
  readonly failed: (error: Error) => IFailure;
}

/**
 * Shows pages of a dashboard without trusting them.
 *
 * Jupyter serves them from its own origin, where a script could read Jupyter's token and act as the
 * user. So a page gets an origin of its own and no network, and stands in a frame that may lead nowhere
 * else; files and the websocket of the page that is shown are brought from here.
 */
export class Confinement {
  constructor(
    private readonly _host: HTMLElement,
    private readonly _outside: IOutside
  ) {}

  /** What the frame is called, for who does not see it. */
  set label(label: string) {
    this._label = label;
    if (this._iframe) {
      this._iframe.title = label;
    }
  }

  /** Show pages in the colours of a theme, also the present one; null for their own. */
  set theme(theme: IPageTheme | null) {
    this._theme = theme;
    this._tell({ type: 'theme', theme });
  }

  /** Show a page, or the same one anew: in a new frame, for nobody knows what the old one has become. */
  open(source: IDashboard, path: string): void {
    this._open(source, path, confinedPage(source, path, this._theme));
  }

  private _open(source: IDashboard, path: string, made: Promise<IConfinedPage>): void {
    this.clear();
    const iframe = document.createElement('iframe');
    iframe.title = this._label;
    Object.assign(iframe.style, { width: '100%', height: '100%', border: 'none' });
    iframe.setAttribute('sandbox', 'allow-scripts allow-downloads');
    iframe.referrerPolicy = 'no-referrer';
    iframe.src = source.frame;
    this._iframe = iframe;
    this._source = source;
    window.addEventListener('message', this._greeted);
    this._host.append(iframe);
    void made
      .catch((error: Error) => ({ ...messagePage(this._outside.failed(error), this._theme), path }))
      .then(page => {
        // Meanwhile another one may have been asked for.
        if (this._iframe === iframe) {
          this._page = page;
          this._put();
        }
      });
  }

  /** Show nothing: a page that stays would go on drawing. */
  clear(): void {
    window.removeEventListener('message', this._greeted);
    this._sockets?.closeAll();
    this._frame?.close();
    this._port?.close();
    this._iframe?.remove();
    this._asked = this._iframe = this._source = this._page = this._sockets = this._frame = this._port = null;
  }

  /** The frame is ours and greets once, before there is a page in it. */
  private readonly _greeted = ({ source, data, ports }: MessageEvent): void => {
    if (source === this._iframe?.contentWindow && data === FRAME_GREETING && !this._frame && ports[0]) {
      this._frame = ports[0];
      this._frame.onmessage = ({ data: greeting, ports: [port] }: MessageEvent<unknown>) => {
        // Only what was put there is heard, and once: it begins with our script.
        if (greeting === GREETING && port && !this._port) {
          this._port = port;
          this._port.onmessage = ({ data: message }: MessageEvent<FromPage>) => this._handle(message);
          // It may have changed while the page was made.
          this._tell({ type: 'theme', theme: this._theme });
        }
      };
      this._put();
    }
  };

  /** Put the page into its frame as soon as both are there. */
  private _put(): void {
    const { _frame: frame, _page: page, _source: source } = this;
    if (frame && page && source) {
      this._sockets = new PageSockets(
        source,
        socketPath(page.path),
        message => this._tell(message),
        error => this._open(source, page.path, Promise.reject(error))
      );
      frame.postMessage(page.html);
      this._outside.shown?.(page);
    }
  }

  private _tell(message: ToPage): void {
    this._port?.postMessage(message);
  }

  /** Whatever it says: the page's own scripts have their hands on the port, too. */
  private _handle(message: FromPage | null): void {
    if (message?.type === 'follow') {
      this._follow(String(message.address));
    } else if (message?.type === 'open') {
      this._sockets?.open(Number(message.id), [message.protocols].flat().map(String));
    } else if (message?.type === 'send') {
      this._sockets?.send(message.id, message.data);
    } else if (message?.type === 'close') {
      this._sockets?.close(message.id);
    }
  }

  private _follow(address: string): void {
    const { _source: source, _page: page } = this;
    if (!source || !page) {
      return;
    }
    const target = pathBelow(source.root, page.path, address);
    if (target !== null) {
      this.open(source, target);
    } else if (isOutside(address)) {
      void this._askToLeave(new URL(address).href);
    }
  }

  /** The page says that it was clicked, often before the browser has told this document so: it has a moment. */
  private async _askToLeave(address: string): Promise<void> {
    const isAwaited = this._asked !== null;
    this._asked = { address, until: performance.now() + CLICK_HEARD_WITHIN };
    if (isAwaited) {
      return;
    }
    while (this._asked && !this._isClicked() && performance.now() < this._asked.until) {
      await new Promise(requestAnimationFrame);
    }
    const asked = this._asked;
    this._asked = null;
    if (asked && this._isClicked()) {
      this._outside.leave(asked.address);
    }
  }

  /** A page cannot click for its user; and a click elsewhere in Jupyter is none in the page. */
  private _isClicked(): boolean {
    return navigator.userActivation?.isActive && document.activeElement === this._iframe;
  }

  private _label = '';
  private _theme: IPageTheme | null = null;
  /** The address of another site that a click is awaited for: the last one. */
  private _asked: { readonly address: string; readonly until: number } | null = null;
  private _iframe: HTMLIFrameElement | null = null;
  private _source: IDashboard | null = null;
  private _page: IConfinedPage | null = null;
  private _sockets: PageSockets | null = null;
  private _frame: MessagePort | null = null;
  private _port: MessagePort | null = null;
}

/** Bokeh's, or that of the page which Dask draws without Bokeh. */
function socketPath(page: string): string {
  return page.startsWith('statics/') ? 'eventstream' : `${page}/ws`;
}

/** Whether an address is one of another site that may be asked about; a name before the host is there to deceive. */
function isOutside(address: string): boolean {
  try {
    const { protocol, username, password } = new URL(address);
    return protocol === 'https:' && !username && !password;
  } catch {
    return false;
  }
}
