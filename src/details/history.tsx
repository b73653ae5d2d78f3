import * as React from 'react';

import type { Cluster } from '../api/contract';
import { useClusterContext } from '../cluster/context';
import { formatTime, withLocalTimes } from '../model/format';
import { Fetched } from './fetched';
import { useFetched } from './useFetched';

/** What happened to a cluster, the latest first. */
export function History({ cluster }: { cluster: Cluster }): React.ReactElement {
  const { manager, trans } = useClusterContext();
  const fetched = useFetched(() => manager.client.history(cluster.id), cluster.updated_at);
  return (
    <section className="jp-DaskSlurmHistory" aria-label={trans.__('History of %1', cluster.name)}>
      <Fetched from={fetched}>
        {entries => (
          <ol>
            {[...entries].reverse().map(({ time, message }, index, all) => (
              <li key={all.length - index}>
                <time dateTime={time} title={time}>
                  {formatTime(time, new Date(), true)}
                </time>
                <span>{withLocalTimes(message)}</span>
              </li>
            ))}
          </ol>
        )}
      </Fetched>
    </section>
  );
}
