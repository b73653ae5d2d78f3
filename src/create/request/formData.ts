import type { ReadonlyJSONObject } from '@lumino/coreutils';

import type { Cluster, Partition, Profile, Site } from '../../api/contract';

/** What the form edits: the options and, beside them, what is not an option. */
export type FormData = ReadonlyJSONObject;

/** What decides which fields there are and what can be chosen in them. */
export interface IFormSource {
  /** The options' JSON Schema, with `x-order` and for each option `x-group`. */
  readonly options: ReadonlyJSONObject;
  readonly site: Site;
  /** The Slurm cluster that is taken where none is named. */
  readonly usualCluster?: string | null;
  readonly profiles: readonly Profile[];
  /** The cluster that is started again with changes: its name, backend and size stay. */
  readonly like?: Cluster;
}

/** @returns the partition that jobs would go to. */
export function chosenPartition(site: Site, data: FormData): Partition | undefined {
  const { partitions } = site;
  return data.partition
    ? partitions.find(({ name }) => name === data.partition)
    : partitions.find(partition => partition.default);
}
