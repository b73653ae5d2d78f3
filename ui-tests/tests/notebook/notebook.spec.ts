import { expect, IJupyterLabPageFixture, test } from '@jupyterlab/galata';
import type { APIRequestContext } from '@playwright/test';

import { ICluster, reload, startCluster, stopClusters } from '../clusters';
import { choose, itemOf } from '../notebookItem';

// Galata's stand-in for kernels cannot restart them.
test.use({ autoGoto: true, kernels: null, sessions: null });
test.afterEach(async ({ page, request }) => {
  await page.kernel.shutdownAll();
  await stopClusters(request);
});

const NOTEBOOK = 'attached.ipynb';

/** @returns the address of the scheduler of a new cluster without jobs: a client needs no more. */
async function startScheduler(request: APIRequestContext, name: string): Promise<string> {
  const { id } = await startCluster(request, name, 0);
  let address = '';
  const status = async () => {
    const answer = await request.get(`/dask-slurm/api/clusters/${id}`);
    const cluster = (await answer.json()) as ICluster & { readonly scheduler_address: string };
    address = cluster.scheduler_address;
    return cluster.status;
  };
  await expect.poll(status, { timeout: 60_000 }).toBe('running');
  return address;
}

/** Restart the kernel by the notebook's own button, and say yes. */
async function restart(page: IJupyterLabPageFixture, item = 'restart'): Promise<void> {
  await page.locator(`.jp-NotebookPanel-toolbar [data-jp-item-name="${item}"]`).getByRole('button').click();
  await page.locator('.jp-Dialog .jp-mod-accept').click();
}

test('a notebook is attached, and again by itself when its kernel starts again', async ({
  page,
  request,
  tmpPath
}) => {
  const address = await startScheduler(request, 'reef');
  await page.notebook.createNew(NOTEBOOK);
  const item = itemOf(page);
  await expect(item).toHaveText('Dask');

  await test.step('attached from its toolbar, nothing is written into it', async () => {
    await choose(page, 'Attach to reef');
    await expect(item).toHaveText('reef', { timeout: 60_000 });
    expect(await page.notebook.getCellCount()).toBe(1);
    await page.notebook.setCell(0, 'code', 'client.scheduler.address');
    await page.notebook.runCell(0, true);
    expect(await page.notebook.getCellTextOutput(0)).toEqual([`'${address}'`]);
    await expect(page.locator('.jp-InputPrompt').first()).toHaveText('[1]:');
  });

  await test.step('while a cell runs, how far its tasks are stands under it, those of a client of its own too', async () => {
    const waiting = `
from jupyter_dask_slurm import connect
import os, time
mine = connect('reef')
future = mine.submit(sum, [1, 2])
while not os.path.exists('on'):
    time.sleep(0.1)`;
    await page.notebook.setCell(0, 'code', waiting);
    await page.notebook.runCell(0, { inplace: true, wait: false });
    const bar = page.getByRole('progressbar', { name: 'Dask tasks of this cell on reef' });
    await expect(bar).toHaveText('Dask tasks: 0 of 1 · none on a worker yet', { timeout: 30_000 });
    await page.contents.uploadContent('', 'text', `${tmpPath}/on`);
    await expect(bar).toHaveCount(0, { timeout: 30_000 });
    expect(await page.notebook.getCellTextOutput(0)).toBeNull();
  });

  await test.step('without auto-attach a restarted kernel has no client, and the button says so', async () => {
    await restart(page);
    await expect(item).toHaveText('reef: not connected');
  });

  await test.step('detached while its kernel is being connected, it has no client, and the button says so', async () => {
    // The kernel is busy until there is a file.
    const busy = `import os, time\nwhile not os.path.exists('go'):\n    time.sleep(0.1)`;
    await page.notebook.setCell(0, 'code', busy);
    await page.notebook.runCell(0, { inplace: true, wait: false });
    await choose(page, 'Attach to reef');
    await expect(item).toHaveText('reef: connecting…');
    await choose(page, 'Detach Notebook');
    await expect(item).toHaveText('Dask');
    await page.contents.uploadContent('', 'text', `${tmpPath}/go`);
    await page.notebook.addCell('code', "'client' in globals()");
    await page.notebook.runCell(1, true);
    expect(await page.notebook.getCellTextOutput(1)).toEqual(['False']);
    await expect(item).toHaveText('Dask');
  });

  await test.step('a cluster that a cell has is shown, though there is no client', async () => {
    const has = 'from jupyter_dask_slurm import SLURMCluster\ncluster = SLURMCluster.from_name("reef")';
    await page.notebook.setCell(1, 'code', has);
    await page.notebook.runCell(1, true);
    await expect(item).toHaveText('reef', { timeout: 60_000 });
  });

  await test.step('attached again, it is', async () => {
    await page.notebook.deleteCells();
    await page.notebook.setCell(0, 'code', 'client.scheduler.address');
    await choose(page, 'Attach to reef');
    await expect(item).toHaveText('reef', { timeout: 60_000 });
  });

  await test.step('with auto-attach the client is there before the first cell', async () => {
    await choose(page, 'Attach Automatically');
    await restart(page, 'restart-and-run');
    const output = () => page.notebook.getCellTextOutput(0);
    await expect.poll(output, { timeout: 60_000 }).toEqual([`'${address}'`]);
    await expect(item).toHaveText('reef');
    await page.notebook.save();
  });

  await test.step('after a reload the kernel is asked which cluster it is on', async () => {
    await reload(page);
    await expect(item).toHaveText('reef', { timeout: 60_000 });
  });

  await test.step('when the cluster stops the button says so', async () => {
    await choose(page, 'Attach Automatically');
    await stopClusters(request);
    await expect(item).toHaveText('reef: not running', { timeout: 90_000 });
  });

  await test.step('one like it is started from the notebook, which is then on it; detached, it is on none', async () => {
    await choose(page, 'Start 2 cores for this notebook');
    await expect(page.getByText('These options came with the notebook.')).toBeVisible();
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await expect(item).toHaveText('reef', { timeout: 60_000 });
    await choose(page, 'Detach Notebook');
    await expect(item).toHaveText('Dask');
  });
});
