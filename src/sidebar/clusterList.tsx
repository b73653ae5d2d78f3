import * as React from 'react';

import { useClusterContext, useSignalUpdates } from '../cluster/context';
import { ClusterCard } from './clusterCard';
import { ForNotebook } from './forNotebook';
import { Welcome } from './welcome';

/** From so many clusters on, only the selected one is unfolded by itself. */
const MANY = 4;

/** The list of clusters, or what to do where there is none. */
export function ClusterList(): React.ReactElement {
  const { manager, selection, trans } = useClusterContext();
  useSignalUpdates(manager.changed);
  useSignalUpdates(selection.changed);
  const [isFolded, fold] = useFolding(manager.clusters.length >= MANY);
  const { clusters, connection, error } = manager;
  return (
    <div className="jp-DaskSlurmClusters">
      {connection === 'lost' && (
        <div className="jp-DaskSlurmClusters-banner" role="alert">
          {error
            ? trans.__('The list may be out of date: %1', error)
            : trans.__('The connection to Jupyter is lost; what you see may be out of date.')}
        </div>
      )}
      {connection === 'live' && <ForNotebook />}
      {clusters.length > 0 && (
        <ul className="jp-DaskSlurmClusters-list" aria-label={trans.__('Clusters')}>
          {clusters.map(cluster => (
            <ClusterCard
              key={cluster.id}
              cluster={cluster}
              selected={cluster.id === selection.current}
              folded={isFolded(cluster.id, cluster.id === selection.current)}
              onFold={fold}
            />
          ))}
        </ul>
      )}
      {clusters.length === 0 && connection === 'pending' && <Skeleton />}
      {clusters.length === 0 && connection === 'live' && <Welcome />}
    </div>
  );
}

/** Where the clusters will be, as long as it is not known whether there are any. */
function Skeleton(): React.ReactElement {
  const { trans } = useClusterContext();
  return (
    <div
      className="jp-DaskSlurmSkeleton"
      role="status"
      aria-label={trans.__('Asking Jupyter for the clusters…')}
    >
      <div />
      <div />
      <div />
    </div>
  );
}

/** What the user has folded and unfolded stays so; the rest follows the selection where there are many. */
function useFolding(
  many: boolean
): [(id: string, selected: boolean) => boolean, (id: string, folded: boolean) => void] {
  const [chosen, setChosen] = React.useState<ReadonlyMap<string, boolean>>(new Map());
  const fold = React.useCallback(
    (id: string, folded: boolean) => setChosen(before => new Map(before).set(id, folded)),
    []
  );
  return [(id, selected) => chosen.get(id) ?? (many && !selected), fold];
}
