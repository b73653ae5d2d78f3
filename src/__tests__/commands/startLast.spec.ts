import { StateDB } from '@jupyterlab/statedb';
import { nullTranslator } from '@jupyterlab/translation';
import { CommandRegistry } from '@lumino/commands';

import { Cluster, cluster } from '../../api/contract';
import { CommandIDs } from '../../commandIds';
import { addStartLast } from '../../commands/startLast';
import type { IClusterManager } from '../../tokens';
import { sample } from '../samples';

const trans = nullTranslator.load('jupyter_dask_slurm');
const listed = cluster(sample('cluster-running'));
const last = { request: { name: listed.name, options: { cores: 8 } }, words: 'normal · 4 × 8 cores · 1 h' };

function register(state: StateDB, clusters: readonly Cluster[] = []) {
  const commands = new CommandRegistry();
  const create = jest.fn(() => Promise.resolve(listed));
  const started = jest.fn();
  const manager = { clusters, create } as unknown as IClusterManager;
  return { commands, create, started, keep: addStartLast(commands, { manager, trans, state, started }) };
}

it('is there once something was started, also after a reload, and says what it comes to', async () => {
  const state = new StateDB();
  const first = register(state);
  expect(first.commands.isVisible(CommandIDs.startLast)).toBe(false);
  first.keep(last);
  expect(first.commands.label(CommandIDs.startLast)).toBe('Start Again: normal · 4 × 8 cores · 1 h');
  const below = first.commands.label(CommandIDs.startLast, { isMenu: true });
  expect(below).toBe('Dask Cluster: normal · 4 × 8 cores · 1 h');

  const reloaded = register(state);
  const known = new Promise(resolve => reloaded.commands.commandChanged.connect(resolve));
  await known;
  await reloaded.commands.execute(CommandIDs.startLast);
  expect(reloaded.create).toHaveBeenCalledWith(last.request);
  expect(reloaded.started).toHaveBeenCalledWith(listed);
});

it('has a label where nothing is known of what it comes to', () => {
  const { commands, keep } = register(new StateDB());
  keep({ ...last, words: '' });
  expect(commands.label(CommandIDs.startLast)).toBe('Start Last Cluster Again');
});

it('starts one cluster where it is asked for twice, and another one afterwards', async () => {
  const { commands, create, keep } = register(new StateDB());
  keep(last);
  const [first, second] = [0, 1].map(() => commands.execute(CommandIDs.startLast));
  await Promise.all([first, second]);
  expect(create).toHaveBeenCalledTimes(1);
  await commands.execute(CommandIDs.startLast);
  expect(create).toHaveBeenCalledTimes(2);
});

it('leaves out a name that another cluster has', async () => {
  const { commands, create, keep } = register(new StateDB(), [listed]);
  keep(last);
  await commands.execute(CommandIDs.startLast);
  expect(create).toHaveBeenCalledWith({ options: { cores: 8 } });
});
