import type { IDashboard } from '../../api/client';
import { DrawingError, FirstAnswer } from './firstAnswer';
import type { ToPage } from './pageScript';

/** So many may be open at once; Dask's pages have one. */
const MOST = 4;

/** The sockets of a confined page: their ends on this side. */
export class PageSockets {
  /**
   * @param path - where they lead: the page says that it wants one, not which.
   * @param tell - tells the page what they do.
   * @param failed - is told that the page gets nothing to draw.
   */
  constructor(
    private readonly _source: IDashboard,
    private readonly _path: string,
    private readonly _tell: (message: ToPage) => void,
    private readonly _failed: (error: DrawingError) => void
  ) {}

  /** Open one under a number that the page has not used. */
  open(id: number, protocols: readonly string[]): void {
    if (this._open.has(id) || this._open.size >= MOST) {
      this._tell({ type: 'error', id });
      return;
    }
    let socket: WebSocket;
    try {
      socket = this._source.socket(this._path, [...protocols]);
    } catch {
      // Protocols that are none, or used twice.
      this._tell({ type: 'error', id });
      return;
    }
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => this._tell({ type: 'open', id });
    socket.onerror = () => this._tell({ type: 'error', id });
    const answer = new FirstAnswer();
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      const reason = answer.take(data);
      if (reason !== null) {
        this._failed(new DrawingError(reason));
      } else if (!answer.isFailing) {
        this._tell({ type: 'message', id, data });
      }
    };
    socket.onclose = ({ code, reason }) => {
      this._open.delete(id);
      this._tell({ type: 'close', id, code, reason });
    };
    this._open.set(id, socket);
  }

  /** Send what the page says, once its socket is open. */
  send(id: number, data: unknown): void {
    const socket = this._open.get(id);
    if (socket?.readyState === WebSocket.OPEN && (typeof data === 'string' || data instanceof ArrayBuffer)) {
      socket.send(data);
    }
  }

  close(id: number): void {
    this._open.get(id)?.close();
  }

  closeAll(): void {
    this._open.forEach(socket => socket.close());
    this._open.clear();
  }

  private readonly _open = new Map<number, WebSocket>();
}
