import { nullTranslator } from '@jupyterlab/translation';

import type { Cluster } from '../../api/contract';
import { detach, explainFailure } from '../../notebook/attach';
import { CodeDropped, KernelError, MessageLost, NoPythonKernel } from '../../notebook/kernel/runSilently';
import type { NotebookLink } from '../../notebook/notebookLink';
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

  it("says in our words that a message was lost, and not in the kernel's", () => {
    expect(messageOf(new MessageLost())).toMatch(/^What is sent to the kernel, .* is lost on its way/);
  });

  it('says so too where the kernel dropped it', () => {
    expect(messageOf(new CodeDropped())).toMatch(/^A cell has failed, and the kernel drops/);
  });

  it('leaves to others what no kernel said', () => {
    const error = new Error('ocean is stopped');
    expect(explainFailure(error, running, trans)).toBe(error);
  });
});

describe('detach', () => {
  it('says it too where the kernel does not hear that', async () => {
    const link = { detach: () => Promise.reject(new MessageLost()) } as unknown as NotebookLink;
    await expect(detach(link, trans)).rejects.toThrow(/^What is sent to the kernel, .* is lost on its way/);
  });
});
