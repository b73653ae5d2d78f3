import { ServerConnection } from '@jupyterlab/services';
import { once } from 'events';
import { createServer, IncomingMessage, Server, ServerResponse } from 'http';
import type { AddressInfo } from 'net';
import { WebSocket, WebSocketServer } from 'ws';

/** A request as the server got it. */
export interface ISeen {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  /** Its `Idempotency-Key`. */
  readonly key?: string;
  /** Its `Accept-Language`, where it is not what Node says by itself. */
  readonly language?: string;
}

/** What is answered: a status and a body; no body where it is undefined. */
export type Answer = readonly [status: number, body?: unknown];

/**
 * A small HTTP server on this machine with the event socket of Jupyter, so that requests, answers
 * and lost connections in these tests are real ones.
 */
export class TestServer {
  static async start(): Promise<TestServer> {
    const server = new TestServer();
    server._http.listen(0, '127.0.0.1');
    await once(server._http, 'listening');
    return server;
  }

  private constructor() {
    this._http = createServer((request, response) => void this._answer(request, response));
    this._sockets = new WebSocketServer({ server: this._http, path: '/lab/api/events/subscribe' });
  }

  /** Requests so far, without the query that keeps caches away. */
  readonly seen: ISeen[] = [];

  /** Answers by method and path below Jupyter's base URL, for example `GET dask-slurm/api/clusters`. */
  readonly answers = new Map<string, Answer>();

  get settings(): ServerConnection.ISettings {
    const { port } = this._http.address() as AddressInfo;
    return ServerConnection.makeSettings({
      baseUrl: `http://127.0.0.1:${port}/lab/`,
      wsUrl: `ws://127.0.0.1:${port}/lab/`,
      appUrl: '/lab',
      fetch: (input: RequestInfo) => fetch(input),
      WebSocket: WebSocket as unknown as typeof globalThis.WebSocket
    });
  }

  emit(event: object): void {
    const schema_id = 'https://schema.jupyter.org/jupyter_dask_slurm/cluster/v1';
    this.send({ schema_id, ...event });
  }

  send(message: object): void {
    this._sockets.clients.forEach(socket => socket.send(JSON.stringify(message)));
  }

  /** Resolves as soon as somebody listens to events. */
  async connected(): Promise<void> {
    while (this._sockets.clients.size === 0) {
      await once(this._sockets, 'connection');
    }
  }

  dropSockets(): void {
    this._sockets.clients.forEach(socket => socket.terminate());
  }

  count(method: string, path: string): number {
    return this.seen.filter(request => request.method === method && request.path === path).length;
  }

  /** Keeps the answers to a question back; returns what lets them go. */
  hold(question: string): () => void {
    let release = () => {};
    const held = new Promise<void>(resolve => (release = resolve));
    this._held.set(question, held);
    return () => {
      this._held.delete(question);
      release();
    };
  }

  /** Loses the connection in place of the next answer to a question. */
  lose(question: string): void {
    this._lost.add(question);
  }

  /** Resolves as soon as the requests so far are as wanted. */
  async received(wanted: () => boolean): Promise<void> {
    while (!wanted()) {
      await once(this._http, 'seen');
    }
  }

  async stop(): Promise<void> {
    this.dropSockets();
    this._sockets.close();
    this._http.closeAllConnections();
    this._http.close();
    await once(this._http, 'close');
  }

  private async _answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
      chunks.push(chunk as Buffer);
    }
    const url = new URL(request.url ?? '', 'http://127.0.0.1');
    const path = url.pathname.replace(/^\/lab\//, '');
    const method = request.method ?? '';
    const text = Buffer.concat(chunks).toString();
    const key = request.headers['idempotency-key'];
    const language = request.headers['accept-language'];
    this.seen.push({
      method,
      path,
      body: text ? JSON.parse(text) : undefined,
      ...(typeof key === 'string' && { key }),
      ...(language !== '*' && { language })
    });
    this._http.emit('seen');
    if (this._lost.delete(`${method} ${path}`)) {
      request.socket.destroy();
      return;
    }
    const [status, body] = this.answers.get(`${method} ${path}`) ?? [404, 'no such page'];
    await this._held.get(`${method} ${path}`);
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
  }

  private readonly _lost = new Set<string>();
  private readonly _held = new Map<string, Promise<void>>();
  private readonly _http: Server;
  private readonly _sockets: WebSocketServer;
}
