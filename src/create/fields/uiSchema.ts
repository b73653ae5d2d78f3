import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import type { RJSFSchema, UiSchema } from '@rjsf/utils';

import type { Partition, Profile, Site } from '../../api/contract';
import { formatBytes, formatSpan, mostToAsk } from '../../model/format';
import type { FormData, IFormSource } from '../request/formData';

/** The one that is taken where none is chosen. */
export const DEFAULT_KERNEL = 'python3';

type Choices = Partial<Record<string, IChoice[]>>;
type FormUiSchema = UiSchema<ReadonlyJSONObject, RJSFSchema>;

/**
 * @param isLooking - it is just being learnt which Python the chosen kernel runs.
 * @returns how the fields look: their order, choices of this site, limits of the chosen partition.
 */
export function uiSchema(
  source: IFormSource,
  schema: RJSFSchema,
  data: FormData,
  isLooking: boolean,
  trans: TranslationBundle
): FormUiSchema {
  const choices: Choices = { profile: profileChoices(source.profiles), ...siteChoices(source.site, trans) };
  const blanks = siteDefaults(source, trans);
  const hints: Record<string, string> = {
    ...limits(source.site, data, trans),
    ...(isLooking && { kernel: trans.__('Looking at this kernel…') })
  };
  const fields: FormUiSchema = {};
  for (const [name, about] of Object.entries(schema.properties ?? {})) {
    fields[name] = {
      ...fieldUiSchema(about as RJSFSchema, trans),
      ...(choices[name]?.length && {
        'ui:widget': 'choices',
        'ui:options': { choices: choices[name], blank: blanks[name] }
      }),
      ...(hints[name] && { 'ui:help': hints[name] }),
      ...(name === 'gpu_workers' && gpuSwitch(data))
    };
  }
  const names = Object.keys(schema.properties ?? {});
  fields['ui:order'] = [
    'profile',
    'name',
    'backend',
    'slurm_cluster',
    'partition',
    'jobs',
    'cores',
    'processes',
    'memory',
    'walltime',
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

function fieldUiSchema(about: RJSFSchema, trans: TranslationBundle): FormUiSchema {
  const example = about.examples && Array.isArray(about.examples) ? about.examples[0] : undefined;
  const field: FormUiSchema = {};
  if (about.type === 'array') {
    field['ui:widget'] = 'lines';
  } else if (about.type === 'object') {
    field['ui:field'] = 'pairs';
  } else if (about.type === 'boolean') {
    field['ui:widget'] = 'select';
  }
  if (example !== undefined && typeof example !== 'boolean') {
    const text = exampleText(example);
    field['ui:placeholder'] = text.includes('\n') ? text : trans.__('e.g. %1', text);
  }
  return field;
}

function exampleText(example: unknown): string {
  if (Array.isArray(example)) {
    return example.join('\n');
  }
  if (typeof example === 'object' && example !== null) {
    return Object.entries(example)
      .map(([key, value]) => `${key}=${String(value)}`)
      .join('\n');
  }
  return String(example);
}

/** One line of a list to choose from. */
export interface IChoice {
  readonly value: string;
  readonly label: string;
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
function siteDefaults(source: IFormSource, trans: TranslationBundle): Record<string, string> {
  const { site, usualCluster } = source;
  const named = (name: string | null | undefined) => (name ? trans.__('Default (%1)', name) : '');
  const kernel = site.kernels.find(({ name }) => name === DEFAULT_KERNEL);
  return {
    slurm_cluster: named(usualCluster),
    partition: named(site.partitions.find(partition => partition.default && partition.allowed)?.name),
    account: named(site.accounts.find(account => account.default)?.name),
    kernel: named(kernel?.display_name)
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

/** @returns the partition that jobs would go to. */
function chosenPartition(site: Site, data: FormData): Partition | undefined {
  const { partitions } = site;
  return data.partition
    ? partitions.find(({ name }) => name === data.partition)
    : partitions.find(partition => partition.default);
}
