/**
 * Small readers that turn unknown JSON into typed values, or say where it is not what was agreed.
 *
 * A shape is both the check and the type: `Infer<typeof cluster>` is what `cluster` lets through,
 * so that no type is written down twice.
 */

/** What the server sent is not what the contract says. */
export class ContractError extends Error {
  constructor(path: string, expected: string, value: unknown) {
    const found = value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value;
    super(`${path || 'answer'} should be ${expected}, but is ${found}`);
    this.name = 'ContractError';
  }
}

/** Reads a value found at `path`; throws a `ContractError` where it does not fit. */
export type Shape<T> = (value: unknown, path?: string) => T;

/** The type of the values that a shape lets through. */
export type Infer<S> = S extends Shape<infer T> ? T : never;

export const text: Shape<string> = (value, path = '') => {
  if (typeof value !== 'string') {
    throw new ContractError(path, 'text', value);
  }
  return value;
};

export const number: Shape<number> = (value, path = '') => {
  if (typeof value !== 'number') {
    throw new ContractError(path, 'a number', value);
  }
  return value;
};

export const flag: Shape<boolean> = (value, path = '') => {
  if (typeof value !== 'boolean') {
    throw new ContractError(path, 'true or false', value);
  }
  return value;
};

/** Any JSON value; for parts that are passed on and not looked into. */
export const anything: Shape<unknown> = value => value;

/** One of some words, which stand in `words` in their order. */
export function word<W extends string>(...words: readonly W[]): Shape<W> & { readonly words: readonly W[] } {
  const read = (value: unknown, path = ''): W => {
    const found = words.find(known => known === value);
    if (found === undefined) {
      throw new ContractError(path, `one of ${words.join(', ')}`, value);
    }
    return found;
  };
  return Object.assign(read, { words });
}

/** The value or null; a missing key counts as null. */
export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value, path = '') => (value === null || value === undefined ? null : shape(value, path));
}

/** The value, or another one where the key is missing: in what older programs tell. */
export function added<T>(shape: Shape<T>, otherwise: T): Shape<T> {
  return (value, path = '') => (value === undefined ? otherwise : shape(value, path));
}

export function list<T>(shape: Shape<T>): Shape<readonly T[]> {
  return (value, path = '') => {
    if (!Array.isArray(value)) {
      throw new ContractError(path, 'a list', value);
    }
    return value.map((item, index) => shape(item, `${path}[${index}]`));
  };
}

export function record<T>(shape: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (value, path = '') => {
    const entries = Object.entries(asObject(value, path));
    return Object.fromEntries(entries.map(([key, item]) => [key, shape(item, join(path, key))]));
  };
}

/** An object with at least these keys; keys that a newer server adds are left out. */
export function object<S extends Record<string, Shape<unknown>>>(
  shapes: S
): Shape<{ readonly [K in keyof S]: Infer<S[K]> }> {
  return (value, path = '') => {
    const source = asObject(value, path);
    const read = Object.entries(shapes).map(([key, shape]) => [key, shape(source[key], join(path, key))]);
    return Object.fromEntries(read) as { readonly [K in keyof S]: Infer<S[K]> };
  };
}

function asObject(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ContractError(path, 'an object', value);
  }
  return value as Record<string, unknown>;
}

function join(path: string, key: string): string {
  return path ? `${path}.${key}` : key;
}
