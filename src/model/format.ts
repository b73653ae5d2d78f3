import type { TranslationBundle } from '@jupyterlab/translation';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** Slurm is asked for whole ones. */
const GIB = 1024 ** 3;

/** @returns a number of bytes as people write it, rounded down: three digits at most, for example `1.2 GB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 10 && unit > 0 ? Math.floor(value * 10) / 10 : Math.floor(value)} ${UNITS[unit]}`;
}

/** @returns how much of a node's memory one job can have, for dask-jobqueue asks for whole GiB. */
export function mostToAsk(bytes: number): number {
  return bytes < GIB ? bytes : Math.floor(bytes / GIB) * GIB;
}

/** @returns the larger two units of a time span in seconds, for example `1 d 4 h`, `12 min`. */
export function formatSpan(seconds: number, trans: TranslationBundle): string {
  const minutes = Math.max(0, Math.round(seconds / 60));
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
  if (days > 0) {
    return hours ? trans.__('%1 d %2 h', days, hours) : trans.__('%1 d', days);
  }
  if (hours > 0) {
    return rest && hours < 6 ? trans.__('%1 h %2 min', hours, rest) : trans.__('%1 h', hours);
  }
  return minutes ? trans.__('%1 min', minutes) : trans.__('less than 1 min');
}

/** @returns the time of day of an ISO 8601 time, to the minute, with the date where it is not today's. */
export function formatTime(iso: string, now = new Date(), withSeconds = false): string {
  const time = new Date(iso);
  const seconds = withSeconds ? ({ second: '2-digit' } as const) : {};
  const clock: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', ...seconds };
  return time.toDateString() === now.toDateString()
    ? time.toLocaleTimeString(undefined, clock)
    : time.toLocaleString(undefined, { day: 'numeric', month: 'short', ...clock });
}

/** @returns a sentence of the server with its times, which are UTC, as the reader's own. */
export function withLocalTimes(sentence: string, now = new Date()): string {
  return sentence.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, iso => formatTime(iso, now));
}

/** A time limit as people write it, and as the server takes it: `1 d 12 h`, `30 min`. */
const SPAN = /^(?:(\d{1,4}) ?(?:d|days?))? ?(?:(\d{1,4}) ?(?:h|hours?))? ?(?:(\d{1,6}) ?(?:min|minutes?))?$/;

/**
 * @param walltime - a time limit as Slurm takes it: minutes, minutes:seconds, hours:minutes:seconds,
 * days-hours, days-hours:minutes or days-hours:minutes:seconds (sbatch(1), `--time`).
 * @returns it in seconds; null where it is none of these.
 */
export function walltimeSeconds(walltime: string): number | null {
  const span = SPAN.exec(walltime.trim());
  if (span?.[0]) {
    const [days, hours, minutes] = span.slice(1).map(part => Number(part ?? 0));
    return ((days * 24 + hours) * 60 + minutes) * 60;
  }
  const match = /^(?:(\d+)-)?(\d+(?::\d+){0,2})$/.exec(walltime.trim());
  if (!match) {
    return null;
  }
  const parts = match[2].split(':').map(Number);
  // After days the first number is hours; without them it is hours only where there are three.
  const [hours, minutes = 0, seconds = 0] = match[1] || parts.length === 3 ? parts : [0, ...parts];
  return ((Number(match[1] ?? 0) * 24 + hours) * 60 + minutes) * 60 + seconds;
}

/**
 * @param command - the words of a command line.
 * @returns the line as one types it in a shell; words that a shell would change stand in quotes.
 */
export function commandLine(command: readonly string[]): string {
  return command.map(word => (/^[\w@%+=:,./-]+$/.test(word) ? word : quoted(word))).join(' ');
}

function quoted(word: string): string {
  return `'${word.replace(/'/g, `'"'"'`)}'`;
}
