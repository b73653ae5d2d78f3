import { readFileSync } from 'fs';
import { join } from 'path';

/** @returns a golden sample of what crosses the boundary; the server's tests read the same files. */
export function sample(name: string): unknown {
  return JSON.parse(readFileSync(join(__dirname, '..', '..', 'contract', `${name}.json`), 'utf-8'));
}
