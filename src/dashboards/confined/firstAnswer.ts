/** A page of the dashboard that Dask could not hand over. */
export class DrawingError extends Error {
  override readonly name = 'DrawingError';

  /** @param reason - in Bokeh's words, or none. */
  constructor(readonly reason: string) {
    super(`Dask cannot draw this page for this cluster now${reason && ': '}${reason}.`);
  }
}

/** So much of what Bokeh says is shown. */
const MOST_CHARACTERS = 500;

/**
 * What Bokeh answers when a page asks for its document: the page itself tells of a failure in the browser's console
 * alone, and stays empty.
 *
 * A message is a header, which says of what kind it is, metadata and a content, each a text of its own (Bokeh's
 * "WebSocket Protocol").
 */
export class FirstAnswer {
  /** Whether it is a failure whose words are still to come. */
  get isFailing(): boolean {
    return this._left > 0;
  }

  /** Take the next text of a socket. @returns why there is no document, as soon as that has been said; else null. */
  take(data: unknown): string | null {
    if (typeof data !== 'string' || this._isOver) {
      return null;
    }
    const said = parse(data);
    if (!this.isFailing) {
      this._isOver = said.msgtype === 'PULL-DOC-REPLY';
      this._left = said.msgtype === 'ERROR' ? 2 : 0;
      return null;
    }
    this._left -= 1;
    this._isOver = !this.isFailing;
    return this._isOver ? (typeof said.text === 'string' ? said.text : '').slice(0, MOST_CHARACTERS) : null;
  }

  private _isOver = false;
  private _left = 0;
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text)) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}
