import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import type { RJSFSchema, UiSchema } from '@rjsf/utils';

import type { Partition, Profile, Site } from '../../api/contract';
import { formatBytes, formatSpan, mostToAsk } from '../../model/format';
import { chosenPartition, FormData, IFormSource } from '../request/formData';
import { emptyMeans, Used } from './emptyMeans';

/** The one that is taken where none is chosen. */
export const DEFAULT_KERNEL = 'python3';

type Choices = Partial<Record<string, IChoice[]>>;
type FormUiSchema = UiSchema<ReadonlyJSONObject, RJSFSchema>;

/** What of a form decides how its fields look. */
export interface IFormLook {
  readonly source: IFormSource;
  readonly schema: RJSFSchema;
  readonly data: FormData;
  /** It is just being learnt which Python the chosen kernel runs. */
  readonly isLooking: boolean;
  readonly used: Used;
}

/** @returns how the fields look: their order, choices of this site, limits of the chosen partition. */
export function uiSchema(form: IFormLook, trans: TranslationBundle): FormUiSchema {
  const { source, schema, data, isLooking, used } = form;
  const choices: Choices = { profile: profileChoices(source.profiles), ...siteChoices(source.site, trans) };
  const defaults = siteDefaults(source);
  const partition = chosenPartition(source.site, data);
  const hints: Record<string, string> = {
    ...limits(source.site, data, trans),
    ...(isLooking && { kernel: trans.__('Looking at this kernel…') })
  };
  const fields: FormUiSchema = {};
  for (const [name, about] of Object.entries(schema.properties ?? {})) {
    const empty = emptyMeans(name, used, partition, trans);
    fields[name] = {
      ...fieldUiSchema(about as RJSFSchema, empty, trans),
      ...(choices[name]?.length && {
        'ui:widget': 'choices',
        'ui:options': {
          choices: choices[name],
          blank: blankWords(name, labelOf(choices[name], defaults[name]) ?? empty, trans)
        }
      }),
      ...(hints[name] && { 'ui:help': hints[name] }),
      ...(name === 'gpu_workers' && gpuSwitch(data))
    };
  }
  const names = Object.keys(schema.properties ?? {});
  fields['ui:order'] = [
    'profile',
    'name',
    'slurm_cluster',
    'partition',
    'jobs',
    'cores',
    'memory',
    'walltime',
    'kernel',
    'backend',
    '*'
  ].filter(name => name === '*' || names.includes(name));
  return fields;
}

/** Shown where jobs are to have GPUs; what was chosen for them before can be seen too, and taken back. */
function gpuSwitch({ gpus, gres, gpu_workers }: FormData): FormUiSchema {
  const generic = typeof gres === 'string' && /(^|,)gpu\b/.test(gres);
  const shown = Number(gpus ?? 0) > 0 || generic || gpu_workers === 'one_per_gpu';
  return {
    'ui:widget': shown ? 'oneOfTwo' : 'hidden',
    'ui:options': { on: 'one_per_gpu', off: 'shared' }
  };
}

function fieldUiSchema(about: RJSFSchema, empty: string, trans: TranslationBundle): FormUiSchema {
  const field: FormUiSchema = { 'ui:placeholder': empty };
  if (about.type === 'array') {
    field['ui:widget'] = 'lines';
  } else if (about.type === 'object') {
    field['ui:field'] = 'pairs';
  } else if (about.type === 'boolean') {
    field['ui:widget'] = 'yesNo';
    field['ui:options'] = { blank: blankWords('', empty, trans) };
  }
  return field;
}

/** What stands in a list to choose from where nothing is chosen. */
function blankWords(name: string, words: string, trans: TranslationBundle): string {
  const isNone = name === 'profile' || name === 'reservation';
  return isNone ? trans.__('None') : words ? trans.__('Default: %1', words) : trans.__('Default');
}

function labelOf(choices: readonly IChoice[] | undefined, value: string | undefined): string | undefined {
  const choice = choices?.find(one => one.value === value);
  return choice && (choice.short ?? choice.label);
}

/** One line of a list to choose from. */
export interface IChoice {
  readonly value: string;
  readonly label: string;
  /** Without what is said of it. */
  readonly short?: string;
  readonly disabled: boolean;
}

function siteChoices(site: Site, trans: TranslationBundle): Choices {
  const plain = (value: string, label = value): IChoice => ({ value, label, disabled: false });
  const backends = site.slurm.available ? [plain('slurm', slurmLabel(site, trans))] : [];
  return {
    slurm_cluster: site.slurm.clusters.map(name => plain(name)),
    backend: [...backends, plain('local', trans.__('This machine'))],
    partition: site.partitions.map(partition => ({
      value: partition.name,
      label: partitionLabel(partition, trans),
      short: partition.name,
      disabled: !partition.allowed
    })),
    account: site.accounts.map(({ name }) => plain(name)),
    qos: site.qos.map(({ name }) => plain(name)),
    reservation: (site.reservations ?? []).map(({ name, active, allowed }) => ({
      value: name,
      label: active ? name : trans.__('%1 (not begun yet)', name),
      disabled: !allowed
    })),
    interface: site.interfaces.map(({ name, address }) => plain(name, `${name} (${address})`)),
    scheduler_interface: site.interfaces.map(({ name, address }) => plain(name, `${name} (${address})`)),
    kernel: site.kernels
      .filter(({ language }) => isPython(language))
      .map(({ name, display_name, usable, problem }) => ({
        value: name,
        label: usable || !problem ? display_name : trans.__('%1 (%2)', display_name, problem),
        disabled: !usable
      }))
  };
}

/** Dask runs in no other language. */
function isPython(language: string): boolean {
  return /^i?python/.test(language);
}

function profileChoices(profiles: readonly Profile[]): IChoice[] {
  return profiles.map(({ name, description, error }) => ({
    value: name,
    label: description ? `${name} (${description})` : name,
    disabled: error !== null
  }));
}

/** What an empty choice stands for, where the site tells. */
function siteDefaults({ site, usualCluster }: IFormSource): Record<string, string | undefined> {
  return {
    slurm_cluster: usualCluster ?? undefined,
    partition: site.partitions.find(partition => partition.default && partition.allowed)?.name,
    account: site.accounts.find(account => account.default)?.name,
    kernel: DEFAULT_KERNEL
  };
}

function slurmLabel(site: Site, trans: TranslationBundle): string {
  const { cluster_name: name } = site.slurm;
  return name ? trans.__('Slurm (%1)', name) : trans.__('Slurm');
}

function partitionLabel(partition: Partition, trans: TranslationBundle): string {
  const {
    name,
    max_walltime_s: walltime,
    gpus_per_node: gpus,
    idle_cpus: idle,
    allowed,
    why_closed: why
  } = partition;
  if (!allowed) {
    return why ? trans.__('%1 (not for you: %2)', name, why) : trans.__('%1 (not for you)', name);
  }
  const facts = [
    walltime !== null && trans.__('up to %1', formatSpan(walltime, trans)),
    gpus !== null && gpus > 0 && trans._n('%1 GPU a node', '%1 GPUs a node', gpus),
    trans._n('%1 core idle', '%1 cores idle', idle)
  ].filter(Boolean);
  return `${name} (${facts.join(', ')})`;
}

/** What the chosen partition allows, said where it is asked for. */
function limits(site: Site, data: FormData, trans: TranslationBundle): Record<string, string> {
  const partition = chosenPartition(site, data);
  if (!partition || data.backend === 'local') {
    return {};
  }
  const { name, cpus_per_node: cpus, memory_per_node_bytes: memory, max_walltime_s: walltime } = partition;
  return {
    cores: trans.__('A node of %1 has %2.', name, cpus),
    memory: trans.__('A node of %1 has %2.', name, formatBytes(mostToAsk(memory))),
    ...(walltime !== null && { walltime: trans.__('At most %1 in %2.', wholeSpan(walltime, trans), name) })
  };
}

/** What can be typed as it stands there: not more than it is. */
function wholeSpan(seconds: number, trans: TranslationBundle): string {
  return formatSpan(Math.floor(seconds / 60) * 60, trans);
}
