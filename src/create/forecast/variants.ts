import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyJSONObject } from '@lumino/coreutils';

import type { Site } from '../../api/contract';
import { walltimeSeconds } from '../../model/format';
import { chosenPartition, FormData } from '../request/formData';

/** What is tried: options that are laid over those of the form, and what they are called. */
export interface ITrial {
  readonly label: string;
  readonly options: ReadonlyJSONObject;
}

/** The server tries no more at once. */
const MOST = 6;

/**
 * @param data - what counts, also where a field is left empty.
 * @returns the form as it is, with half the time, with half the cores, and in the other partitions.
 */
export function trialsOf(data: FormData, site: Site, trans: TranslationBundle): ITrial[] {
  const trials: ITrial[] = [{ label: trans.__('As it is'), options: {} }];
  const partition = chosenPartition(site, data);
  const usual = partition?.default_walltime_s ?? partition?.max_walltime_s ?? null;
  const seconds = typeof data.walltime === 'string' ? walltimeSeconds(data.walltime) : usual;
  if (seconds !== null && seconds >= 120) {
    const walltime = asWalltime(Math.floor(seconds / 120) * 60);
    trials.push({ label: trans.__('Half the time: %1', walltime), options: { walltime } });
  }
  const cores = typeof data.cores === 'number' ? Math.floor(data.cores / 2) : 0;
  const workers = typeof data.processes === 'number' ? data.processes : 1;
  if (cores >= workers) {
    trials.push({ label: trans.__('Half the cores: %1', cores), options: { cores } });
  }
  for (const partition of otherPartitions(data, site)) {
    trials.push({ label: trans.__('Partition %1', partition), options: { partition } });
  }
  return trials.slice(0, MOST);
}

function otherPartitions(data: FormData, site: Site): string[] {
  const chosen = data.partition ?? chosenPartition(site, data)?.name;
  return site.partitions.filter(({ allowed, name }) => allowed && name !== chosen).map(({ name }) => name);
}

/** @returns whole minutes in seconds as Slurm writes a walltime: `[days-]hours:minutes:00`. */
function asWalltime(seconds: number): string {
  const minutes = seconds / 60;
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24];
  const clock = [hours, minutes % 60, 0].map(part => String(part).padStart(2, '0')).join(':');
  return days > 0 ? `${days}-${clock}` : clock;
}
