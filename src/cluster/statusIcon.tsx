import { LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Cluster } from '../api/contract';

const statusShapes = {
  starting:
    '<circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="3.1 2.1"/>',
  running: '<circle cx="8" cy="8" r="5.5" fill="currentColor"/>',
  stopping:
    '<path d="M8 2.5a5.5 5.5 0 0 0 0 11z" fill="currentColor"/><circle cx="8" cy="8" r="5" fill="none" stroke="currentColor"/>',
  stopped:
    '<rect x="3.5" y="3.5" width="9" height="9" rx="1.5" fill="none" stroke="currentColor" stroke-width="1.6"/>',
  failed: '<path d="m4 4 8 8m0-8-8 8" stroke="currentColor" stroke-width="2.4" stroke-linecap="round"/>',
  lost: '<path d="M8 1.8 14.2 8 8 14.2 1.8 8z" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linejoin="round"/>',
  problem:
    '<path d="M8 2 15 14H1z" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round"/><path d="M8 6.5v3.2m0 1.6v.4" stroke="currentColor" stroke-width="1.5" stroke-linecap="round"/>'
};

/** One shape for each state, so that state can be told without colour. */
export const statusIcons = Object.fromEntries(
  Object.entries(statusShapes).map(([name, shape]) => [
    name,
    new LabIcon({
      name: `jupyter-dask-slurm:${name}`,
      svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16">${shape}</svg>`
    })
  ])
) as Record<keyof typeof statusShapes, LabIcon>;

/** How a cluster is, by shape and colour. What is wrong with one that runs counts more than that it runs. */
export function StatusIcon({ cluster }: { cluster: Cluster }): React.ReactElement {
  const inTrouble = cluster.problems.some(({ severity }) => severity === 'error');
  const shown = cluster.status === 'running' && inTrouble ? 'problem' : cluster.status;
  const Icon = statusIcons[shown];
  return <Icon.react tag="span" className={`jp-DaskSlurmCard-icon jp-mod-${shown}`} />;
}
