const FIRST_MS = 2000;
const LONGEST_MS = 60_000;

/** @returns how long to wait, in milliseconds, before that is asked for again which failed so many times in a row. */
export function pauseAfter(failures: number): number {
  return Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS);
}
