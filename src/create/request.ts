import { JSONExt, ReadonlyJSONObject, ReadonlyJSONValue } from '@lumino/coreutils';

import type { IClusterRequest } from '../api/client';
import type { Cluster } from '../api/validate';
import type { FormData } from './formSchema';

const AROUND_OPTIONS = ['name', 'profile', 'backend', 'jobs'];

/** @returns the request that a filled form stands for; `known` are the options on the form. */
export function toRequest(data: FormData, known: readonly string[]): IClusterRequest {
  const { name, profile, backend, jobs } = data;
  return {
    ...(typeof name === 'string' && { name }),
    ...(typeof profile === 'string' && { profile }),
    ...((backend === 'slurm' || backend === 'local') && { backend }),
    ...(typeof jobs === 'number' && { scaling: { mode: 'manual', jobs } as const }),
    options: pick(data, name => known.includes(name) && !AROUND_OPTIONS.includes(name))
  };
}

/** Options that belong to one cluster alone, or follow from others. */
const OWN_OPTIONS = ['log_directory'];

/** @returns the form's data for a cluster that is started again. */
export function fromCluster(cluster: Cluster): FormData {
  const options = pick(cluster.options as FormData, name => !OWN_OPTIONS.includes(name));
  return { ...options, backend: cluster.backend };
}

/** @returns the options that differ from those that the form began with; null where one was emptied. */
export function changedOptions(before: FormData, after: FormData): ReadonlyJSONObject {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changed: Record<string, ReadonlyJSONValue> = {};
  for (const name of names) {
    const [old, now] = [before[name] ?? null, after[name] ?? null];
    if (!AROUND_OPTIONS.includes(name) && !JSONExt.deepEqual(old, now)) {
      changed[name] = now;
    }
  }
  return changed;
}

function pick(data: FormData, wanted: (name: string) => boolean): ReadonlyJSONObject {
  const set = Object.entries(data).filter(([name, value]) => wanted(name) && isSet(value));
  return Object.fromEntries(set);
}

/** Empty lists and objects are what an untouched field leaves behind. */
function isSet(value: ReadonlyJSONValue | undefined): value is ReadonlyJSONValue {
  if (value === null || value === undefined || value === '') {
    return false;
  }
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

/** @returns the form's field that the server's `field` is about: `options.memory` is `memory`. */
export function fieldName(field: string | null): string | null {
  return field?.replace(/^(options|scaling)\./, '').replace(/[.[].*$/, '') ?? null;
}
