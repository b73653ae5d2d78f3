import { nullTranslator } from '@jupyterlab/translation';

import type { Cluster } from '../../api/contract';
import { explainFailure } from '../../notebook/attach';
import { KernelError, NoPythonKernel } from '../../notebook/kernel/runSilently';
import { sample } from '../samples';

const trans = nullTranslator.load('jupyter_dask_slurm');
const running = sample('cluster-running') as Cluster;

describe('explainFailure', () => {
  const messageOf = (error: unknown) => (explainFailure(error, running, trans) as Error).message;

  it('says what to do about what the kernel said, and what it said', () => {
    const said = messageOf(new KernelError('ModuleNotFoundError', "No module named 'distributed'"));
    expect(said).toContain(`the kernel that ${running.name} uses: ${running.environment.kernel}`);
    expect(said).toContain("ModuleNotFoundError: No module named 'distributed'");
  });

  it.each([
    [true, 'Only a kernel that runs Python'],
    [false, 'Start one']
  ])('tells a kernel of another language from none (%s)', (hasKernel, words) => {
    expect(messageOf(new NoPythonKernel(hasKernel))).toContain(words);
  });

  it('leaves to others what no kernel said', () => {
    const error = new Error('ocean is stopped');
    expect(explainFailure(error, running, trans)).toBe(error);
  });
});
