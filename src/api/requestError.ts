import type { ErrorBody } from './contract';

/** A request that the server refused, or that never reached it (`status` 0). */
export class RequestError extends Error implements ErrorBody {
  constructor(
    readonly status: number,
    body: ErrorBody
  ) {
    super(body.message);
    this.name = 'RequestError';
    this.reason = body.reason;
    this.field = body.field;
    this.details = body.details;
  }

  readonly reason: string;
  readonly field: string | null;
  readonly details: string | null;
}

/** @returns an error in the words of the server, or in its own. */
export function asRequestError(error: unknown): RequestError {
  if (error instanceof RequestError) {
    return error;
  }
  const message = error instanceof Error ? error.message : String(error);
  return new RequestError(0, { message, reason: 'UnexpectedAnswer', field: null, details: null });
}
