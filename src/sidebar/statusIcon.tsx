import * as React from 'react';

import type { Cluster } from '../api/validate';
import { statusIcons } from './icons';

/** How a cluster is, by shape and colour. What is wrong with one that runs counts more than that it runs. */
export function StatusIcon({ cluster }: { cluster: Cluster }): React.ReactElement {
  const inTrouble = cluster.problems.some(({ severity }) => severity === 'error');
  const shown = cluster.status === 'running' && inTrouble ? 'problem' : cluster.status;
  const Icon = statusIcons[shown];
  return <Icon.react tag="span" className={`jp-DaskSlurmCard-icon jp-mod-${shown}`} />;
}
