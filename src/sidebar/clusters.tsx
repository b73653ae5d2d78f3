import * as React from 'react';

import { CommandIDs } from '../commands/ids';
import { listExamples } from '../examples/list';
import { usePanel, useSignalUpdates } from './context';
import { ClusterCard } from './card';

/** From so many clusters on, only the selected one is unfolded by itself. */
const MANY = 4;

/** The list of clusters, or what to do where there is none. */
export function Clusters(): React.ReactElement {
  const { manager, selection, trans } = usePanel();
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
      {clusters.length === 0 && connection === 'live' && <FirstMinute />}
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

function FirstMinute(): React.ReactElement {
  const { commands, trans } = usePanel();
  return (
    <div className="jp-DaskSlurmEmpty">
      <p>
        {trans.__(
          'A cluster is a Dask scheduler with workers that run as Slurm jobs. Start one, then connect a notebook to it.'
        )}
      </p>
      <button
        className="jp-DaskSlurmEmpty-start jp-mod-styled jp-mod-accept"
        onClick={() => void commands.execute(CommandIDs.createCluster)}
      >
        {trans.__('New cluster')}
      </button>
      {commands.hasCommand(CommandIDs.openExample) && (
        <>
          <p>{trans.__('Or open an example:')}</p>
          <ul className="jp-DaskSlurmEmpty-examples">
            {listExamples(trans).map(({ name, title }) => (
              <li key={name}>
                <button
                  className="jp-DaskSlurmLink"
                  onClick={() => void commands.execute(CommandIDs.openExample, { example: name })}
                >
                  {title}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
