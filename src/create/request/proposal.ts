import type { FormData, IFormSource } from './formData';

/** @returns what a new cluster's form begins with where this host is no place for a controller. */
export function proposed({ site, options }: IFormSource): FormData {
  const known = Object.keys((options.properties ?? {}) as object);
  const isOffered = site.slurm.available && known.includes('controller_placement');
  return isOffered && site.controller_reasons.length > 0 ? { controller_placement: 'job' } : {};
}

/** @returns why the controller is to run in a job of its own; empty where it is not, or its user alone says so. */
export function whyProposed({ site }: IFormSource, data: FormData): string {
  const isInJob =
    data.controller_placement === 'job' && data.backend !== 'local' && data.one_allocation !== true;
  return isInJob ? site.controller_reasons.join(' ') : '';
}

/** @returns what is the user's own choice: on another host something else may be proposed. */
export function withoutProposal(source: IFormSource, data: FormData): FormData {
  const { controller_placement: placement, ...others } = data;
  return placement === proposed(source).controller_placement ? others : data;
}
