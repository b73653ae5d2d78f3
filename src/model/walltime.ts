/**
 * @param walltime - a time limit as Slurm takes it: minutes, minutes:seconds, hours:minutes:seconds,
 * days-hours, days-hours:minutes or days-hours:minutes:seconds (sbatch(1), `--time`).
 * @returns it in seconds; null where it is none of these.
 */
export function walltimeSeconds(walltime: string): number | null {
  const match = /^(?:(\d+)-)?(\d+(?::\d+){0,2})$/.exec(walltime.trim());
  if (!match) {
    return null;
  }
  const parts = match[2].split(':').map(Number);
  // After days the first number is hours; without them it is hours only where there are three.
  const [hours, minutes = 0, seconds = 0] = match[1] || parts.length === 3 ? parts : [0, ...parts];
  return ((Number(match[1] ?? 0) * 24 + hours) * 60 + minutes) * 60 + seconds;
}
