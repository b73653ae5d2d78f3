import { closeIcon, LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Cluster } from '../api/contract';
import { CommandIDs } from '../commandIds';
import { withLocalTimes } from '../model/format';
import type { INextOption } from '../model/nextStart';
import { readNextOption } from '../model/nextStart';
import { isOutOfReach } from '../model/status';
import { CommandLink, IconButton } from './buttons';
import { useClusterContext, useSignalUpdates } from './context';

/** A lamp: nothing is wrong, and something could be better. */
const hintIcon = new LabIcon({
  name: 'jupyter-dask-slurm:hint',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16">
  <path d="M5.7 10.2a4.2 4.2 0 1 1 4.6 0v1.6H5.7zM6.3 14h3.4" fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round"/>
</svg>`
});

/** What would make better use of a cluster, with the option that helps as a click; until it is dismissed. */
export function HintNote({ cluster }: { cluster: Cluster }): React.ReactElement | null {
  const { hints, manager, trans } = useClusterContext();
  useSignalUpdates(hints.changed);
  const hint = hints.of(cluster);
  if (hint === null) {
    return null;
  }
  const next = readNextOption(hint);
  return (
    <div
      className="jp-DaskSlurmProblem jp-mod-hint"
      role="note"
      aria-label={trans.__('Hint for %1', cluster.name)}
    >
      <hintIcon.react tag="span" className="jp-DaskSlurmProblem-icon" />
      <div className="jp-DaskSlurmProblem-body">
        <div role="status">{withLocalTimes(hint.message)}</div>
        {next && <NextLinks cluster={cluster} next={next} />}
      </div>
      <IconButton
        icon={closeIcon}
        label={trans.__('Dismiss this hint')}
        onClick={() => void hints.dismiss(cluster, hint.code, manager.clusters)}
      />
    </div>
  );
}

interface INextLinksProps {
  readonly cluster: Cluster;
  readonly next: INextOption | null;
}

/** What a click makes of a cluster's options for the next start: the form, or a profile. */
export function NextLinks({ cluster, next }: INextLinksProps): React.ReactElement {
  const { trans } = useClusterContext();
  return (
    <div className="jp-DaskSlurmProblem-remedies">
      {next && !isOutOfReach(cluster) && (
        <CommandLink
          command={CommandIDs.createCluster}
          args={{ like: cluster.id, ...next }}
          label={trans.__('Start again with %1…', inWords(next))}
        />
      )}
      <CommandLink
        command={CommandIDs.saveProfile}
        args={{ cluster: cluster.id, ...next }}
        label={trans.__('Save as profile…')}
      />
    </div>
  );
}

/** @returns an option and its value as one reads them; a variable says by itself what it is. */
function inWords({ option, value }: INextOption): string {
  return value.includes('=') ? value : `${option.replace(/_/g, ' ')} ${value}`;
}
