import { nullTranslator } from '@jupyterlab/translation';

import type { Cluster } from '../../api/contract';
import { CommandIDs } from '../../commandIds';
import type { IClusterCommands } from '../../commands/clusterParts';
import { work } from '../../commands/clusterWork';
import { sample } from '../samples';

const running = sample('cluster-running') as Cluster;

describe('submitting lost jobs again', () => {
  const asked: string[][] = [];
  const manager = { resubmit: (...args: string[]) => Promise.resolve(asked.push(args)) };
  const trans = nullTranslator.load('jupyter_dask_slurm');
  const parts = { manager, trans } as unknown as IClusterCommands;
  const run = (cluster: Cluster, args: { problem?: string }) =>
    work[CommandIDs.resubmitJobs](parts, cluster, args);
  const [problem] = running.problems;
  const having = (...codes: [string, string[]][]): Cluster => ({
    ...running,
    problems: codes.map(([code, remedies]) => ({ ...problem, code, remedies }))
  });

  beforeEach(() => asked.splice(0));

  it('answers the problem that is named', async () => {
    await run(having(['a', ['try_again']]), { problem: 'b' });
    expect(asked).toEqual([[running.id, 'b']]);
  });

  it('answers that of lost jobs before those that are tried again', async () => {
    await run(having(['a', []], ['b', ['try_again', 'read_log']], ['c', ['submit_again']]), {});
    await run(having(['a', []], ['b', ['try_again']]), {});
    expect(asked).toEqual([
      [running.id, 'c'],
      [running.id, 'b']
    ]);
  });

  it('asks a server that names no remedies about the first', async () => {
    await run(having(['a', []], ['b', []]), {});
    expect(asked).toEqual([[running.id, 'a']]);
  });
});
