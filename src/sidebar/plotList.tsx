import { LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Cluster } from '../api/contract';
import { useClusterContext } from '../cluster/context';
import { CommandIDs } from '../commandIds';
import type { Favourites } from '../dashboards/favourites';
import { groupTitle, IListedPlot, IPlotGroup } from '../dashboards/plots';

/** Marks a favourite; filled by style where it is one. */
const starIcon = new LabIcon({
  name: 'jupyter-dask-slurm:star',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16">
  <path d="m8 1.9 1.9 3.9 4.2.6-3 3 .7 4.3L8 11.7l-3.8 2 .7-4.3-3-3 4.2-.6z" fill="none" stroke="currentColor" stroke-width="1.2" stroke-linejoin="round"/>
</svg>`
});

interface IPlotListProps {
  readonly cluster: Cluster;
  readonly groups: readonly IPlotGroup[];
  readonly favourites: Favourites;
}

/** The pages of a dashboard below the headings of their groups. */
export function PlotList({ cluster, groups, favourites }: IPlotListProps): React.ReactElement {
  const { trans } = useClusterContext();
  const id = React.useId();
  return (
    <ul className="jp-DaskSlurmPlots-list" aria-label={trans.__('Dashboards of %1', cluster.name)}>
      {groups.map(({ group, plots }) => (
        <li key={group}>
          <div className="jp-DaskSlurmPlots-group" id={`${id}${group}`}>
            {groupTitle(group, trans)}
          </div>
          <ul className="jp-DaskSlurmPlots-list" aria-labelledby={`${id}${group}`}>
            {plots.map(plot => (
              <PlotItem key={plot.path} cluster={cluster} plot={plot} favourites={favourites} />
            ))}
          </ul>
        </li>
      ))}
    </ul>
  );
}

interface IPlotItemProps {
  readonly cluster: Cluster;
  readonly plot: IListedPlot;
  readonly favourites: Favourites;
}

function PlotItem({ cluster, plot, favourites }: IPlotItemProps): React.ReactElement {
  const { commands, trans } = useClusterContext();
  const { title, about, path } = plot;
  const id = React.useId();
  const chosen = favourites.paths.includes(path);
  const open = () =>
    void commands.execute(CommandIDs.openDashboard, { cluster: cluster.id, plot: path, title });
  return (
    <li className="jp-DaskSlurmPlots-row">
      <button
        className="jp-DaskSlurmPlots-item"
        aria-label={title}
        aria-describedby={about ? id : undefined}
        title={about}
        onClick={open}
      >
        <span>{title}</span>
        <span className="jp-DaskSlurmPlots-about" id={id}>
          {about}
        </span>
      </button>
      <button
        className="jp-DaskSlurmButton jp-mod-iconOnly jp-DaskSlurmPlots-star"
        aria-pressed={chosen}
        aria-label={trans.__('Favourite: %1', title)}
        title={chosen ? trans.__('List with the others again') : trans.__('List first')}
        onClick={() => void favourites.toggle(path)}
      >
        <starIcon.react tag="span" className="jp-DaskSlurmButton-icon" />
      </button>
    </li>
  );
}
