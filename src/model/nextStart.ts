import type { ReadonlyJSONObject, ReadonlyJSONValue } from '@lumino/coreutils';

import type { IProfileRequest } from '../api/client';
import type { Cluster } from '../api/contract';

/** One option that would be better otherwise at the next start; the value is text, as a server says it. */
export interface INextOption {
  readonly option: string;
  readonly value: string;
}

/** Options that belong to one cluster alone, or follow from others. */
const OWN_OPTIONS = ['log_directory'];

/** @returns the options of a cluster that another one can have, too. */
export function optionsOfCluster(cluster: Cluster): ReadonlyJSONObject {
  const options = Object.entries(cluster.options as ReadonlyJSONObject);
  return Object.fromEntries(options.filter(([name, value]) => isSet(value) && !OWN_OPTIONS.includes(name)));
}

/** Empty lists and objects are what an untouched field leaves behind. */
export function isSet(value: ReadonlyJSONValue | undefined): value is ReadonlyJSONValue {
  if (value === null || value === undefined || value === '') {
    return false;
  }
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

/** @returns what a cluster used says of the memory of its next start. */
export function nextMemory({ usage }: Cluster): INextOption | null {
  return usage?.next_memory ? { option: 'memory', value: usage.next_memory } : null;
}

/** @returns options with another value for one of them: of the same type, or one more name of a mapping. */
export function withOption(options: ReadonlyJSONObject, next: INextOption | null): ReadonlyJSONObject {
  if (next === null) {
    return options;
  }
  const { option, value } = next;
  const before = options[option];
  const equals = value.indexOf('=');
  if (option === 'environment_variables' && equals > 0) {
    const variables = { ...(before as ReadonlyJSONObject | undefined) };
    return { ...options, [option]: { ...variables, [value.slice(0, equals)]: value.slice(equals + 1) } };
  }
  return { ...options, [option]: typeof before === 'number' ? Number(value) : value };
}

/** @returns the profile that starts such a cluster, of the same size, with one option changed. */
export function profileOf(cluster: Cluster, next: INextOption | null, description: string): IProfileRequest {
  const { mode, jobs, minimum_jobs, maximum_jobs } = cluster.scaling;
  return {
    backend: cluster.backend,
    options: withOption(optionsOfCluster(cluster), next),
    // One that has ended has no jobs any more: then it is not said how many.
    scaling: mode === 'adaptive' ? { mode, minimum_jobs, maximum_jobs } : jobs ? { mode, jobs } : null,
    description
  };
}

/** @returns a change that a command was given; null where there is none. */
export function readNextOption({ option, value }: { option?: unknown; value?: unknown }): INextOption | null {
  return typeof option === 'string' && typeof value === 'string' ? { option, value } : null;
}
