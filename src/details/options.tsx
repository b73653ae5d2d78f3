import type { ReadonlyJSONObject } from '@lumino/coreutils';
import * as React from 'react';

import type { Cluster } from '../api/contract';
import { useClusterContext } from '../cluster/context';
import { formatTime } from '../model/format';
import { useFetched } from './useFetched';

/** With what a cluster runs: its environment, where it can be reached, and the options that are set. */
export function Options({ cluster }: { cluster: Cluster }): React.ReactElement {
  const { manager, trans } = useClusterContext();
  const { environment, controller } = cluster;
  const schema = useFetched(() => manager.client.schema(), null).value;
  const facts: [string, string | null][] = [
    [trans.__('Created'), formatTime(cluster.created_at)],
    [trans.__('Scheduler'), cluster.scheduler_address],
    [trans.__('Encrypted'), cluster.secure ? trans.__('yes') : trans.__('no')],
    [
      trans.__('Controller'),
      controller.pid === null ? controller.hostname : `${controller.hostname}, ${controller.pid}`
    ],
    [trans.__('Kernel'), environment.kernel],
    [trans.__('Python'), environment.python],
    [trans.__('distributed'), environment.distributed],
    [trans.__('Profile'), cluster.profile],
    [trans.__('Replaces'), cluster.replaces]
  ];
  const options = Object.entries(cluster.options).map(
    ([name, value]) => [labelOf(name, schema), inWords(value)] as const
  );
  return (
    <section className="jp-DaskSlurmFacts">
      <h2>{trans.__('Environment')}</h2>
      <Facts facts={facts} />
      <h2>{trans.__('Options')}</h2>
      <Facts facts={options} />
    </section>
  );
}

/** @returns what the form calls an option; its name as long as that is not known. */
function labelOf(name: string, schema: ReadonlyJSONObject | null): string {
  const properties = schema?.properties as Readonly<Record<string, ReadonlyJSONObject>> | undefined;
  const title = properties?.[name]?.title;
  return typeof title === 'string' ? title : name.replace(/_/g, ' ');
}

/** Names and values; what is not set is left out. */
function Facts({
  facts
}: {
  facts: readonly (readonly [name: string, value: string | null])[];
}): React.ReactElement {
  return (
    <dl>
      {facts
        .filter(([, value]) => value !== null)
        .map(([name, value]) => (
          <React.Fragment key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </React.Fragment>
        ))}
    </dl>
  );
}

/** @returns an option as text; null where it is not set. */
function inWords(value: unknown): string | null {
  if (value === null || value === undefined || (Array.isArray(value) && value.length === 0)) {
    return null;
  }
  if (Array.isArray(value)) {
    return value.map(String).join('\n');
  }
  if (typeof value === 'object') {
    const lines = Object.entries(value).map(([key, one]) => `${key}=${String(one)}`);
    return lines.join('\n') || null;
  }
  return typeof value === 'string' ? value : JSON.stringify(value);
}
