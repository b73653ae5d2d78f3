import type { ReadonlyJSONObject, ReadonlyJSONValue } from '@lumino/coreutils';

import type { Profile } from '../api/validate';
import type { FormData } from './formSchema';
import { chosenProfile } from './request';

/** @returns the form after an edit: another profile fills it, and only the name stays as it was. */
export function withProfile(before: FormData, after: FormData, profiles: readonly Profile[]): FormData {
  const profile = chosenProfile(after, profiles);
  if (profile === undefined || before.profile === after.profile) {
    return after;
  }
  const jobs = profile.scaling === null ? after.jobs : jobsOf(profile);
  return {
    ...(profile.options as ReadonlyJSONObject),
    ...(after.name !== undefined && { name: after.name }),
    ...(jobs !== undefined && { jobs }),
    backend: profile.backend ?? after.backend ?? 'slurm',
    profile: profile.name
  };
}

/** @returns how large a profile's clusters are, where a number of jobs does not say it. */
export function otherSize(profile: Profile | undefined): ReadonlyJSONObject | null {
  return profile?.scaling && jobsOf(profile) === undefined ? (profile.scaling as ReadonlyJSONObject) : null;
}

function jobsOf(profile: Profile): ReadonlyJSONValue | undefined {
  return (profile.scaling as ReadonlyJSONObject | null)?.jobs;
}
