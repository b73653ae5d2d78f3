import { saveIcon, searchIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { IPlot } from '../api/client';
import type { Cluster } from '../api/contract';
import { pauseAfter } from '../api/pauseAfter';
import { CommandButton } from '../cluster/buttons';
import { useClusterContext, useSignalUpdates } from '../cluster/context';
import { CommandIDs } from '../commandIds';
import type { Favourites } from '../dashboards/favourites';
import { groupPlots, listedPlots } from '../dashboards/plots';
import { dashboardIcon, reportIcon } from '../icons';
import { isOutOfReach } from '../model/status';
import { PlotList } from './plotList';

interface IDashboardListProps {
  readonly favourites: Favourites;
}

/** The pages of the selected cluster's dashboard: favourites first, the rest in groups, all by search. */
export function DashboardList({ favourites }: IDashboardListProps): React.ReactElement {
  const { manager, selection, trans } = useClusterContext();
  useSignalUpdates(manager.changed);
  useSignalUpdates(selection.changed);
  const cluster = selection.current ? manager.get(selection.current) : undefined;
  if (!cluster) {
    return (
      <div className="jp-DaskSlurmPlots-note">{trans.__('Dashboards of a cluster are listed here.')}</div>
    );
  }
  if (cluster.status !== 'running') {
    return (
      <div className="jp-DaskSlurmPlots-note">
        {cluster.status === 'starting'
          ? trans.__('Dashboards are there as soon as %1 runs.', cluster.name)
          : trans.__('%1 does not run, so it has no dashboards.', cluster.name)}
      </div>
    );
  }
  if (isOutOfReach(cluster)) {
    const { hostname } = cluster.controller;
    return (
      <div className="jp-DaskSlurmPlots-note">
        {trans.__('%1 runs on %2; its dashboards can be opened there.', cluster.name, hostname)}
      </div>
    );
  }
  return <Plots key={cluster.id} cluster={cluster} favourites={favourites} />;
}

interface IPlotsProps extends IDashboardListProps {
  readonly cluster: Cluster;
}

function Plots({ cluster, favourites }: IPlotsProps): React.ReactElement {
  const { trans } = useClusterContext();
  useSignalUpdates(favourites.changed);
  const [query, setQuery] = React.useState('');
  const [plots, failure] = usePlots(cluster);
  const groups = groupPlots(plots ? listedPlots(plots, trans) : [], {
    query,
    gpus: (cluster.gpus ?? 0) > 0,
    favourites: favourites.paths
  });
  return (
    <div className="jp-DaskSlurmPlots">
      <div className="jp-DaskSlurmPlots-search">
        <searchIcon.react tag="span" className="jp-DaskSlurmButton-icon" />
        <input
          type="search"
          placeholder={trans.__('Search dashboards')}
          aria-label={trans.__('Search dashboards of %1', cluster.name)}
          value={query}
          onChange={event => setQuery(event.target.value)}
        />
      </div>
      <PlotActions cluster={cluster} />
      {failure && <div className="jp-DaskSlurmPlots-note">{failure}</div>}
      {plots && groups.length === 0 && (
        <div className="jp-DaskSlurmPlots-note">
          {trans.__('No dashboard has that in its name, or shows it.')}
        </div>
      )}
      <PlotList cluster={cluster} groups={groups} favourites={favourites} />
    </div>
  );
}

/** What is done with several dashboards at once, or with what they show. */
function PlotActions({ cluster }: { cluster: Cluster }): React.ReactElement {
  const { trans } = useClusterContext();
  return (
    <div className="jp-DaskSlurmPlots-layouts">
      <CommandButton
        command={CommandIDs.openLayout}
        args={{ cluster: cluster.id }}
        icon={dashboardIcon}
        label={trans.__('Open layout')}
        title={trans.__('Open several dashboards of %1 side by side', cluster.name)}
      />
      <CommandButton
        command={CommandIDs.saveLayout}
        args={{ cluster: cluster.id }}
        icon={saveIcon}
        label={trans.__('Save layout…')}
        title={trans.__('Remember which dashboards of %1 are open, and where', cluster.name)}
      />
      <CommandButton
        command={CommandIDs.saveReport}
        args={{ cluster: cluster.id }}
        icon={reportIcon}
        label={trans.__('Report')}
        title={trans.__('Save what %1 has done as a performance report (HTML)', cluster.name)}
      />
    </div>
  );
}

/** Asks once, and again with each change of the cluster's state, and later and later, until there is an answer. */
function usePlots(cluster: Cluster): [readonly IPlot[] | null, string | null] {
  const { manager } = useClusterContext();
  const [plots, setPlots] = React.useState<readonly IPlot[] | null>(null);
  const [failure, setFailure] = React.useState<string | null>(null);
  const failures = React.useRef(0);
  const [asked, askAgain] = React.useReducer((count: number) => count + 1, 0);
  const missing = plots === null;
  React.useEffect(() => {
    if (!missing) {
      return;
    }
    let current = true;
    let timer: number | undefined;
    manager.client.plots(cluster).then(
      found => {
        if (current) {
          setPlots(found);
          setFailure(null);
        }
      },
      (error: Error) => {
        if (current) {
          setFailure(error.message);
          failures.current += 1;
          timer = window.setTimeout(askAgain, pauseAfter(failures.current));
        }
      }
    );
    return () => {
      current = false;
      window.clearTimeout(timer);
    };
    // Numbers that drift make a new object too; only a change of state is worth asking again.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [manager, missing, asked, cluster.id, cluster.updated_at]);
  return [plots, failure];
}
