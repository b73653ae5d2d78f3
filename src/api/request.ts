import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';

import { errorBody, ErrorBody } from './atStart';
import { RequestError } from './requestError';

/** Where Jupyter is, and how it is said that it does not answer: what it says itself is in that language already. */
export interface IServer {
  readonly settings: ServerConnection.ISettings;
  readonly trans: TranslationBundle;
}

/**
 * Ask Jupyter for JSON below its base URL.
 *
 * @returns the parsed body, null where the answer has none.
 * @throws RequestError for each answer that is no success, and where Jupyter does not answer.
 */
export async function request(
  server: IServer,
  path: string,
  method = 'GET',
  body?: unknown,
  headers: Record<string, string> = {}
): Promise<unknown> {
  const init: RequestInit = { method, headers };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { 'Content-Type': 'application/json', ...headers };
  }
  const content = await (await requestAny(server, path, init)).text();
  return content ? JSON.parse(content) : null;
}

/**
 * Ask Jupyter for something below its base URL.
 *
 * @returns the answer, which is a success.
 * @throws RequestError as `request` does.
 */
export async function requestAny(server: IServer, path: string, init: RequestInit = {}): Promise<Response> {
  return requestUrl(server, URLExt.join(server.settings.baseUrl, path), init);
}

/**
 * Ask Jupyter for something at an address of its own.
 *
 * @returns the answer, which is a success.
 * @throws RequestError as `request` does.
 */
export async function requestUrl(server: IServer, url: string, init: RequestInit): Promise<Response> {
  const response = await send(url, init, server);
  if (!response.ok) {
    throw new RequestError(response.status, readError(await response.text(), response));
  }
  return response;
}

async function send(url: string, init: RequestInit, { settings, trans }: IServer): Promise<Response> {
  try {
    // Jupyter takes the one or the other headers, not both.
    const headers = new Headers(settings.init.headers);
    new Headers(init.headers).forEach((value, name) => headers.set(name, value));
    return await ServerConnection.makeRequest(url, { ...init, headers }, settings);
  } catch (error) {
    throw new RequestError(0, {
      message: trans.__('Jupyter does not answer.'),
      reason: 'NetworkError',
      field: null,
      details: error instanceof Error ? error.message : null
    });
  }
}

/** A proxy or Jupyter itself may answer with a page of its own instead of our error body. */
function readError(content: string, response: Response): ErrorBody {
  try {
    return errorBody(JSON.parse(content));
  } catch {
    const message = `${response.status} ${response.statusText}`.trim();
    return { message, reason: 'UnexpectedAnswer', field: null, details: content.slice(0, 500) || null };
  }
}
