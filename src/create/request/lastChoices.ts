import type { IStateDB } from '@jupyterlab/statedb';
import type { ReadonlyJSONValue } from '@lumino/coreutils';

import type { Site } from '../../api/contract';
import type { FormData } from './formData';

const KEY = 'jupyter-dask-slurm:last-choices';

/** A name is one cluster's own; a profile is chosen, and then fills the form itself. */
const NOT_REMEMBERED = ['name', 'profile'];

/** What this user chose for the last new cluster without a profile, kept by JupyterLab. */
export class LastChoices {
  /** @param state - null where the application keeps no state: then nothing is remembered. */
  constructor(private readonly _state: IStateDB | null) {}

  /** @returns the last choices that this site still offers; none is not worth a failure of the form. */
  async read(site: Site): Promise<FormData> {
    const kept = await this._state?.fetch(KEY).catch(() => undefined);
    const isObject = typeof kept === 'object' && !Array.isArray(kept);
    return isObject && kept ? stillOffered(kept as FormData, site) : {};
  }

  async keep(data: FormData): Promise<void> {
    if (data.profile === undefined) {
      const kept = Object.entries(data).filter(([name]) => !NOT_REMEMBERED.includes(name));
      await this._state?.save(KEY, Object.fromEntries<ReadonlyJSONValue>(kept));
    }
  }

  async forget(): Promise<void> {
    await this._state?.remove(KEY);
  }
}

/** @returns the choices without those that the site does not have, or not for this user. */
export function stillOffered(data: FormData, site: Site): FormData {
  const interfaces = site.interfaces.map(({ name }) => name);
  const offered: Record<string, readonly string[]> = {
    backend: site.slurm.available ? ['slurm', 'local'] : ['local'],
    slurm_cluster: site.slurm.clusters,
    partition: site.partitions.filter(({ allowed }) => allowed).map(({ name }) => name),
    account: site.accounts.map(({ name }) => name),
    qos: site.qos.map(({ name }) => name),
    interface: interfaces,
    scheduler_interface: interfaces,
    kernel: site.kernels.filter(({ usable }) => usable).map(({ name }) => name)
  };
  const isOffered = (name: string, value: unknown) =>
    !(name in offered) || (typeof value === 'string' && offered[name].includes(value));
  const kept = Object.entries(data).filter(([name, value]) => isOffered(name, value));
  return Object.fromEntries<ReadonlyJSONValue>(kept);
}
