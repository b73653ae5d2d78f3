import type { ReadonlyJSONObject } from '@lumino/coreutils';

import type { Profile } from '../api/validate';
import type { FormData } from './formSchema';

/** @returns the form after an edit: another profile fills it, and only the name stays as it was. */
export function withProfile(before: FormData, after: FormData, profiles: readonly Profile[]): FormData {
  const profile = profiles.find(({ name }) => name === after.profile);
  if (profile === undefined || before.profile === after.profile) {
    return after;
  }
  const jobs = (profile.scaling as ReadonlyJSONObject | null)?.jobs ?? after.jobs;
  return {
    ...(profile.options as ReadonlyJSONObject),
    ...(after.name !== undefined && { name: after.name }),
    ...(jobs !== undefined && { jobs }),
    backend: profile.backend ?? after.backend ?? 'slurm',
    profile: profile.name
  };
}
