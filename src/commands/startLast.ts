import type { IStateDB } from '@jupyterlab/statedb';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyJSONObject } from '@lumino/coreutils';

import type { Cluster } from '../api/contract';
import { CommandIDs } from '../commandIds';
import { daskSlurmIcon } from '../icons';
import type { ILastStart } from '../model/lastStart';
import type { IClusterManager } from '../tokens';
import { described } from './args';
import { attempt } from './attempt';

const KEY = 'jupyter-dask-slurm:last-start';

/** What starting the last cluster again works with. */
export interface IStartLast {
  readonly manager: IClusterManager;
  readonly trans: TranslationBundle;
  /** Keeps it beside the user's other choices: the cluster need not be listed any more. */
  readonly state: IStateDB | null;
  readonly started: (cluster: Cluster) => void;
}

/**
 * Register the start of the last cluster again, in one click; it is there once the form has started one.
 *
 * @returns what keeps the next one.
 */
export function addStartLast(commands: CommandRegistry, parts: IStartLast): (last: ILastStart) => void {
  const { manager, trans, state, started } = parts;
  let last: ILastStart | null = null;
  let pending: Promise<void> | null = null;
  const know = (known: ILastStart) => {
    last = known;
    commands.notifyCommandChanged(CommandIDs.startLast);
  };
  const start = async () => {
    const { name, ...rest } = last?.request ?? {};
    const isTaken = manager.clusters.some(cluster => cluster.name === name);
    started(await manager.create(name === undefined || isTaken ? rest : { name, ...rest }));
  };
  void state?.fetch(KEY).then(
    kept => kept && !last && know(kept as unknown as ILastStart),
    () => undefined
  );
  commands.addCommand(CommandIDs.startLast, {
    label: ({ isMenu }) =>
      !last?.words
        ? trans.__('Start Last Cluster Again')
        : isMenu
          ? trans.__('Dask Cluster: %1', last.words)
          : trans.__('Start Again: %1', last.words),
    caption: trans.__('Start a cluster like the last one that the form has started'),
    icon: daskSlurmIcon,
    describedBy: described(),
    isEnabled: () => last !== null,
    isVisible: () => last !== null,
    // Asked for twice, from wherever, one is started.
    execute: () => (pending ??= attempt(start).finally(() => (pending = null)))
  });
  return known => {
    know(known);
    void state?.save(KEY, known as unknown as ReadonlyJSONObject);
  };
}
