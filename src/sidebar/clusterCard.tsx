import { caretDownIcon, caretRightIcon, ellipsesIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Cluster } from '../api/contract';
import { Activity, Ending, Summary } from '../cluster/activity';
import { IconButton } from '../cluster/buttons';
import { useClusterContext } from '../cluster/context';
import { StatusIcon } from '../cluster/statusIcon';
import { briefWords, hasEnded, statusWord } from '../model/status';
import { focusAfterMenu } from './focusAfterMenu';
import { useClusterDrag } from './useClusterDrag';

interface ICardProps {
  readonly cluster: Cluster;
  readonly selected: boolean;
  /** Whether the header is all that is shown. */
  readonly folded: boolean;
  readonly onFold: (id: string, folded: boolean) => void;
}

/** One cluster. Dragged onto a notebook it becomes a cell that connects to it. */
export const ClusterCard = React.memo(function ClusterCard(props: ICardProps) {
  const { cluster, selected, folded, onFold } = props;
  const { selection } = useClusterContext();
  const select = () => selection.select(cluster.id);
  const drag = useClusterDrag(cluster);
  return (
    <li
      className={`jp-DaskSlurmCard jp-mod-${cluster.status}${selected ? ' jp-mod-selected' : ''}${folded ? ' jp-mod-folded' : ''}`}
      data-cluster={cluster.id}
      aria-current={selected}
      aria-label={cluster.name}
      onClick={select}
      onFocus={select}
      onContextMenu={select}
      {...drag}
    >
      <CardHeader cluster={cluster} folded={folded} onFold={() => onFold(cluster.id, !folded)} />
      {!folded && (
        <>
          <div className="jp-DaskSlurmCard-summary">
            <Summary cluster={cluster} />
          </div>
          {hasEnded(cluster) ? <Ending cluster={cluster} /> : <Activity cluster={cluster} />}
        </>
      )}
    </li>
  );
});

interface IHeaderProps {
  readonly cluster: Cluster;
  readonly folded: boolean;
  readonly onFold: () => void;
}

/** The one line that a folded card has: it tells the jobs then, and whether something is wrong. */
function CardHeader({ cluster, folded, onFold }: IHeaderProps): React.ReactElement {
  const { trans } = useClusterContext();
  const words = folded ? briefWords(cluster, trans) : statusWord(cluster, trans);
  const openMenu = (event: React.MouseEvent<HTMLButtonElement>) => {
    const { left, bottom } = event.currentTarget.getBoundingClientRect();
    const at = { bubbles: true, cancelable: true, clientX: left, clientY: bottom };
    event.currentTarget.dispatchEvent(new MouseEvent('contextmenu', at));
    focusAfterMenu(event.currentTarget);
  };
  return (
    <div className="jp-DaskSlurmCard-header">
      <IconButton
        icon={folded ? caretRightIcon : caretDownIcon}
        label={folded ? trans.__('Unfold %1', cluster.name) : trans.__('Fold %1', cluster.name)}
        expanded={!folded}
        onClick={onFold}
      />
      <StatusIcon cluster={cluster} warns={folded} />
      <span className="jp-DaskSlurmCard-name" title={cluster.name}>
        {cluster.name}
      </span>
      <span className="jp-DaskSlurmCard-status" role="status" title={words}>
        {words}
      </span>
      <IconButton
        icon={ellipsesIcon}
        label={trans.__('More actions for %1', cluster.name)}
        onClick={openMenu}
        menu
      />
    </div>
  );
}
