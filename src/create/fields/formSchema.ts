import type { TranslationBundle } from '@jupyterlab/translation';
import type { RJSFSchema } from '@rjsf/utils';

import type { Profile } from '../../api/contract';
import type { IFormSource } from '../request/formData';
import { otherSize } from '../request/formRequest';

/** Groups that mean nothing where there are no Slurm jobs. */
const SLURM_GROUPS = ['slurm', 'script', 'controller'];
const SLURM_OPTIONS = [
  'slurm_cluster',
  'partition',
  'walltime',
  'account',
  'log_directory',
  'interface',
  'scheduler_interface'
];

/**
 * @param profile - the one that is chosen.
 * @returns the schema of the whole form for a backend; the order is that of the fields.
 */
export function formSchema(
  source: IFormSource,
  backend: string,
  profile: Profile | undefined,
  trans: TranslationBundle
): RJSFSchema {
  const { properties, ...rest } = source.options as RJSFSchema;
  const several = source.site.slurm.clusters.length > 1 || source.like?.options.slurm_cluster;
  const options = Object.entries(properties ?? {}).filter(
    ([name, about]) => isUsed(name, about, backend) && (name !== 'slurm_cluster' || several)
  );
  const around = source.like ? {} : surroundings(source, profile, trans);
  return {
    ...rest,
    title: undefined,
    properties: { ...around, ...Object.fromEntries(options) }
  };
}

function isUsed(name: string, about: unknown, backend: string): boolean {
  const group = (about as Record<string, unknown>)['x-group'];
  return backend === 'slurm' || !(SLURM_GROUPS.includes(String(group)) || SLURM_OPTIONS.includes(name));
}

/** What a request says beside the options. */
function surroundings(
  source: IFormSource,
  profile: Profile | undefined,
  trans: TranslationBundle
): RJSFSchema['properties'] {
  const { site, profiles } = source;
  return {
    ...(profiles.length > 0 && { profile: profileField(trans) }),
    name: {
      type: 'string',
      title: trans.__('Name'),
      description: trans.__('How you call it in a notebook. A free one is chosen if you leave it empty.')
    },
    backend: {
      type: 'string',
      title: trans.__('Runs on'),
      'x-group': 'place',
      enum: site.slurm.available ? ['slurm', 'local'] : ['local'],
      default: site.slurm.available ? 'slurm' : 'local'
    } as RJSFSchema,
    jobs: jobsField(profile, trans)
  };
}

/** A number, unless the profile says otherwise how large its clusters are. */
function jobsField(profile: Profile | undefined, trans: TranslationBundle): RJSFSchema {
  const field: RJSFSchema = { type: 'integer', minimum: 0, title: trans.__('Jobs') };
  const size = otherSize(profile);
  if (size) {
    const said = Object.entries(size).filter(([key]) => key !== 'mode');
    const words = said.map(([key, value]) => `${key.replace('_', ' ')} ${JSON.stringify(value)}`).join(', ');
    return { ...field, description: trans.__('Empty: as the profile says (%1).', words) };
  }
  const description = trans.__('How many jobs to start with; you can change it at any time.');
  return { ...field, default: 1, description };
}

function profileField(trans: TranslationBundle): RJSFSchema {
  return {
    type: 'string',
    title: trans.__('Profile'),
    description: trans.__('Fills the fields below; what you change there counts.')
  };
}
