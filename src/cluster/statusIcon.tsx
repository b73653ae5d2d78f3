import { LabIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Cluster } from '../api/contract';
import { hasEnded, stateOf } from '../model/status';
import { useClusterContext } from './context';

const statusShapes = {
  starting:
    '<circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="3.1 2.1"/>',
  waiting: '<circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" stroke-width="2"/>',
  working: '<circle cx="8" cy="8" r="5.5" fill="currentColor"/>',
  empty:
    '<circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" stroke-width="1.4"/><circle cx="8" cy="8" r="1.8" fill="currentColor"/>',
  stuck:
    '<circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" stroke-width="1.8"/><path d="M5 8h6" stroke="currentColor" stroke-width="2.2"/>',
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

/** States that have the shape of another one: the word beside it tells them apart. */
const LIKE = { refused: 'stuck', away: 'empty', leaving: 'stopping' } as const;

interface IStatusIconProps {
  readonly cluster: Cluster;
  /** Whether it also tells of problems, where they are not shown themselves. */
  readonly warns?: boolean;
}

/** How a cluster is, by shape and colour. */
export function StatusIcon({ cluster, warns = false }: IStatusIconProps): React.ReactElement {
  const { trans } = useClusterContext();
  const state = stateOf(cluster);
  const troubled =
    warns && !hasEnded(cluster) && cluster.problems.some(({ severity }) => severity !== 'info');
  const shown = troubled ? 'problem' : state in LIKE ? LIKE[state as keyof typeof LIKE] : state;
  const Icon = statusIcons[shown as keyof typeof statusIcons];
  const title = troubled ? trans.__('There are problems') : undefined;
  return <Icon.react tag="span" className={`jp-DaskSlurmCard-icon jp-mod-${shown}`} title={title} />;
}
