import type { TranslationBundle } from '@jupyterlab/translation';

import type { Partition, Preview } from '../../api/contract';
import { formatSpan, walltimeSeconds } from '../../model/format';

/** What counts where fields are left empty, as the last preview that knew it has told. */
export type Used = Pick<Preview, 'options' | 'configured'>;

export const NOTHING_USED: Used = { options: null, configured: [] };

/**
 * @param partition - the one that jobs go to.
 * @returns what an empty field comes to, for example `4`, `30 min`, `8 GB — your Dask configuration`; empty as long as
 * that is not known.
 */
export function emptyMeans(
  name: string,
  used: Used,
  partition: Partition | undefined,
  trans: TranslationBundle
): string {
  if (name === 'name') {
    return trans.__('A free one');
  }
  if (used.options === null || !(name in used.options)) {
    return '';
  }
  const isConfigured = used.configured.includes(name);
  const words = wordsOf(name, used.options[name], isConfigured, trans);
  if (words === null) {
    return nothingMeans(name, partition, trans);
  }
  return isConfigured ? trans.__('%1 — your Dask configuration', words) : words;
}

function wordsOf(
  name: string,
  value: unknown,
  isConfigured: boolean,
  trans: TranslationBundle
): string | null {
  if (typeof value === 'boolean') {
    return value ? trans.__('yes') : trans.__('no');
  }
  // What a cluster has of its own accord is no list to go on from.
  const isOurs = !isConfigured && (name === 'log_directory' || typeof value === 'object');
  if (value === null || value === '' || isOurs) {
    return null;
  }
  if (Array.isArray(value)) {
    return value.length > 0 ? value.join(' ') : null;
  }
  if (typeof value === 'string') {
    return name === 'walltime' ? spanOf(value, trans) : value;
  }
  return typeof value === 'number' ? String(value) : Object.keys(value ?? {}).join(', ') || null;
}

/** A walltime as people write it, where that says all of it. */
function spanOf(walltime: string, trans: TranslationBundle): string {
  const seconds = walltimeSeconds(walltime);
  const isWhole = seconds !== null && seconds > 0 && seconds % (seconds < 6 * 3600 ? 60 : 3600) === 0;
  return isWhole ? formatSpan(seconds, trans) : walltime;
}

/** What Slurm or Dask does where nobody says anything. */
function nothingMeans(name: string, partition: Partition | undefined, trans: TranslationBundle): string {
  const limit = partition?.default_walltime_s ?? partition?.max_walltime_s ?? null;
  const words: Record<string, string> = {
    partition: trans.__("Slurm's own"),
    walltime:
      limit === null
        ? trans.__("Slurm's default")
        : trans.__("%1 — Slurm's default", formatSpan(limit, trans)),
    account: trans.__('yours in Slurm'),
    qos: trans.__('yours in Slurm'),
    threads_per_core: trans.__('all'),
    job_cpu: trans.__('as the cores'),
    job_mem: trans.__('as the memory'),
    interface: trans.__('chosen by Dask'),
    scheduler_interface: trans.__('the same'),
    local_directory: trans.__("the node's temporary files"),
    log_directory: trans.__("the cluster's own"),
    controller_placement: trans.__('as this site has it'),
    one_allocation: trans.__('no'),
    controller_partition: trans.__('that of the jobs'),
    controller_walltime: trans.__('8 h, or that of the jobs'),
    controller_memory: '4 GB',
    controller_cores: '1'
  };
  return words[name] ?? trans.__('none');
}
