import { JSONExt, ReadonlyJSONObject, ReadonlyJSONValue } from '@lumino/coreutils';

import type { IClusterRequest, IPreviewRequest, IProfileRequest } from '../../api/client';
import type { Cluster, Profile } from '../../api/contract';
import { isSet, optionsOfCluster } from '../../model/nextStart';
import type { FormData, IFormSource } from './formData';

const AROUND_OPTIONS = ['name', 'profile', 'backend', 'jobs'];

/**
 * @param known - the options on the form.
 * @param base - the profile that is named: what was emptied of it is taken back with null.
 * @returns the request that a filled form stands for.
 */
export function toRequest(data: FormData, known: readonly string[], base?: Profile): IClusterRequest {
  const { name, profile, backend, jobs } = data;
  return {
    ...(typeof name === 'string' && { name }),
    ...(typeof profile === 'string' && { profile }),
    ...((backend === 'slurm' || backend === 'local') && { backend }),
    ...(typeof jobs === 'number' && { scaling: { mode: 'manual', jobs } as const }),
    options: { ...emptied(data, known, base), ...optionsOf(data, known) }
  };
}

/** @returns what `Start` would send, as the preview takes it. */
export function toPreview(
  source: IFormSource,
  initial: FormData,
  data: FormData,
  known: readonly string[]
): IPreviewRequest {
  const { like, profiles } = source;
  return like
    ? { restarts: like.id, options: changedOptions(initial, data) }
    : toRequest(data, known, chosenProfile(data, profiles));
}

/** @returns the profile that a filled form comes to; one that it began with still says how large. */
export function toProfile(
  data: FormData,
  known: readonly string[],
  description: string,
  base?: Profile
): IProfileRequest {
  const { backend, scaling } = toRequest(data, known);
  return {
    backend,
    options: optionsOf(data, known),
    scaling: scaling ?? ((base?.scaling ?? null) as ReadonlyJSONObject | null),
    description
  };
}

/** @returns the profile that is chosen in the form. */
export function chosenProfile(data: FormData, profiles: readonly Profile[]): Profile | undefined {
  return profiles.find(({ name }) => name === data.profile);
}

/**
 * @param proposal - what is proposed on this host where the profile says nothing else.
 * @returns the form after an edit: another profile fills it, and only the name stays as it was.
 */
export function withProfile(
  before: FormData,
  after: FormData,
  profiles: readonly Profile[],
  proposal: FormData = {}
): FormData {
  const profile = chosenProfile(after, profiles);
  if (profile === undefined || before.profile === after.profile) {
    return after;
  }
  const jobs = profile.scaling === null ? after.jobs : jobsOf(profile);
  return {
    ...proposal,
    ...(profile.options as ReadonlyJSONObject),
    ...(after.name !== undefined && { name: after.name }),
    ...(jobs !== undefined && { jobs }),
    backend: profile.backend ?? after.backend ?? 'slurm',
    profile: profile.name
  };
}

/** What one Slurm cluster alone has. */
const OF_ONE_CLUSTER = ['partition', 'reservation', 'nodelist', 'exclude'];

/** @returns the form after an edit: what was chosen of another Slurm cluster is not there any more. */
export function inOneCluster(before: FormData, after: FormData): FormData {
  return before.slurm_cluster === after.slurm_cluster
    ? after
    : pick(after, name => !OF_ONE_CLUSTER.includes(name) || before[name] !== after[name]);
}

/** @returns how large a profile's clusters are, where a number of jobs does not say it. */
export function otherSize(profile: Profile | undefined): ReadonlyJSONObject | null {
  return profile?.scaling && jobsOf(profile) === undefined ? (profile.scaling as ReadonlyJSONObject) : null;
}

function jobsOf(profile: Profile): ReadonlyJSONValue | undefined {
  return (profile.scaling as ReadonlyJSONObject | null)?.jobs;
}

function optionsOf(data: FormData, known: readonly string[]): ReadonlyJSONObject {
  return pick(data, name => known.includes(name) && !AROUND_OPTIONS.includes(name));
}

function emptied(data: FormData, known: readonly string[], base?: Profile): ReadonlyJSONObject {
  const names = Object.keys(base?.options ?? {});
  const gone = names.filter(name => known.includes(name) && !isSet(data[name]));
  return Object.fromEntries(gone.map(name => [name, null]));
}

/** @returns the form's data for a cluster that is started again. */
export function fromCluster(cluster: Cluster): FormData {
  return { ...optionsOfCluster(cluster), backend: cluster.backend };
}

/** @returns the options that differ from those that the form began with; null where one was emptied. */
export function changedOptions(before: FormData, after: FormData): ReadonlyJSONObject {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changed: Record<string, ReadonlyJSONValue> = {};
  for (const name of names) {
    const [old, now] = [set(before[name]), set(after[name])];
    if (!AROUND_OPTIONS.includes(name) && !JSONExt.deepEqual(old, now)) {
      changed[name] = now;
    }
  }
  return changed;
}

function pick(data: FormData, wanted: (name: string) => boolean): ReadonlyJSONObject {
  const found = Object.entries(data).filter(([name, value]) => wanted(name) && isSet(value));
  return Object.fromEntries(found);
}

function set(value: ReadonlyJSONValue | undefined): ReadonlyJSONValue {
  return isSet(value) ? value : null;
}

/** @returns the form's field that the server's `field` is about: `options.memory` is `memory`. */
export function fieldName(field: string | null): string | null {
  return field?.replace(/^(options|scaling)\./, '').replace(/[.[].*$/, '') ?? null;
}
