import type { TranslationBundle } from '@jupyterlab/translation';

import type { Cluster } from '../api/contract';
import { optionsOfCluster } from './nextStart';

/** Where a notebook keeps what is ours; part of the file, so that the next person who opens it has it too. */
export const NOTEBOOK_KEY = 'jupyter-dask-slurm';

/**
 * How a cluster is made: its options with its name, backend and number of jobs, as the form has them.
 *
 * It travels in a notebook, so it says how large a cluster is and where its jobs run, and no more: no account, path,
 * variable or line of a script, which are their user's own, nor anything that would run or change who may reach it,
 * for whoever opens the notebook need not know who has written it.
 */
export type Recipe = Readonly<Record<string, string | number | boolean>>;

// What the server takes there is its own to say; here it only has to be what can be shown.
const text = (value: unknown) => typeof value === 'string' && /^[\w .,:;=&|*()[\]@%/+-]{1,256}$/.test(value);
const count = (value: unknown) => Number.isInteger(value) && Number(value) > 0 && Number(value) <= 1e6;

const TRAVELS = new Map<string, (value: unknown) => boolean>(
  Object.entries({
    name: text,
    backend: (value: unknown) => value === 'slurm' || value === 'local',
    jobs: count,
    slurm_cluster: text,
    partition: text,
    qos: text,
    cores: count,
    processes: count,
    memory: text,
    walltime: text,
    nodes_per_job: count,
    constraint: text,
    gpus: count,
    gres: text,
    gpu_workers: text,
    threads_per_core: count,
    job_cpu: count,
    job_mem: text,
    one_allocation: (value: unknown) => typeof value === 'boolean'
  })
);

/** @returns how to make a cluster like this one; the number of jobs where that is fixed. */
export function recipeOf(cluster: Cluster): Recipe {
  const { name, backend, scaling } = cluster;
  const jobs = scaling.mode === 'manual' ? scaling.jobs : null;
  return travelling({ ...optionsOfCluster(cluster), name, backend, jobs });
}

/** @returns what a value that anybody may have written says of a cluster; null where it says nothing. */
export function parseRecipe(value: unknown): Recipe | null {
  const recipe = typeof value === 'object' && value !== null ? travelling(value) : {};
  return Object.keys(recipe).some(name => name !== 'name') ? recipe : null;
}

function travelling(all: object): Recipe {
  const some = Object.entries(all as Record<string, unknown>);
  return Object.fromEntries(some.filter(([name, value]) => TRAVELS.get(name)?.(value))) as Recipe;
}

/** @returns what is started by a recipe, for example `Start 4 × 8 cores on normal for this notebook…`. */
export function recipeWords(recipe: Recipe, trans: TranslationBundle): string {
  const { jobs, nodes_per_job: nodes, cores, backend, partition } = recipe;
  const size = [
    jobs,
    Number(nodes) > 1 && trans._n('%1 node', '%1 nodes', Number(nodes)),
    cores && trans._n('%1 core', '%1 cores', Number(cores))
  ];
  const words = (cores && size.filter(Boolean).join(' × ')) || trans.__('a cluster');
  if (backend === 'local') {
    return trans.__('Start %1 on this machine for this notebook…', words);
  }
  return partition
    ? trans.__('Start %1 on %2 for this notebook…', words, partition)
    : trans.__('Start %1 for this notebook…', words);
}
