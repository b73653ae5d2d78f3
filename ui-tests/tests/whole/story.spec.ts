import { expect, IJupyterLabPageFixture, test } from '@jupyterlab/galata';

import { unfold } from '../clusters';
import { pageIn } from '../frames';

const PANEL = 'jupyter-dask-slurm-panel';
const NAME = 'ocean';

test.use({
  // Galata goes to a folder of its own that it makes at /api/contents: not there where Jupyter has a base URL.
  autoGoto: false,
  // The page reloads into its own workspace, so that what comes back is what was open.
  mockState: false,
  tmpPath: '',
  kernels: null,
  sessions: null
});

/** The form as its user fills it. */
async function createCluster(page: IJupyterLabPageFixture): Promise<void> {
  await page.sidebar.openTab(PANEL);
  await page
    .getByRole('region', { name: 'Dask on Slurm' })
    .getByRole('button', { name: 'New cluster', exact: true })
    .click();
  await page.getByLabel('Name', { exact: true }).fill(NAME);
  await page.getByLabel('Jobs', { exact: true }).fill('2');
  await page.getByLabel('Cores per job').fill('2');
  await unfold(page, 'Workers');
  await page.getByLabel('Workers per job').fill('1');
  await page.getByLabel('Memory per job').fill('1 GB');
  await page.getByLabel('Walltime', { exact: true }).fill('00:30:00');
  await page.getByRole('button', { name: 'Start', exact: true }).dblclick();
}

test('from a click to a result, and back to an empty queue', async ({ page }) => {
  const card = page.getByRole('listitem', { name: NAME });
  await page.goto('?reset');

  await test.step('a double click on "Start" makes one cluster, whose workers connect', async () => {
    await createCluster(page);
    await expect(card.getByText('2 workers', { exact: true })).toBeVisible({ timeout: 90_000 });
    await expect(page.getByRole('list', { name: 'Clusters' }).getByRole('listitem')).toHaveCount(1);
  });

  await test.step('its code computes on the workers', async () => {
    await page.notebook.createNew('story.ipynb');
    await page.notebook.setCell(0, 'code', 'typed = "stays"');
    await card.getByRole('button', { name: 'Connect' }).click();
    await expect(page.locator('.jp-Notebook .jp-Cell')).toHaveCount(2);
    expect(await page.notebook.getCellTextInput(0)).toBe('typed = "stays"');
    await page.notebook.addCell('code', 'client.submit(lambda: 6 * 7).result()');
    await page.notebook.run();
    expect(await page.notebook.getCellTextOutput(2)).toEqual(['42']);
    await page.notebook.save();
  });

  await test.step('a dashboard draws, and is there again after a reload', async () => {
    const plots = page.getByRole('list', { name: `Dashboards of ${NAME}` });
    await plots.getByRole('button', { name: 'Workers Memory', exact: true }).click();
    const canvas = pageIn(page, `Workers Memory — ${NAME}`).locator('canvas').first();
    await expect(canvas).toBeVisible({ timeout: 90_000 });
    await page.evaluate(() => window.location.reload());
    await expect(canvas).toBeVisible({ timeout: 90_000 });
    await expect(card.getByText('2 workers', { exact: true })).toBeVisible();
  });

  await test.step('stopping asks first, and leaves no job', async () => {
    await card.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click();
    await expect(card).toHaveCount(0, { timeout: 90_000 });
    await expect(page.getByText(`The cluster ${NAME} is no longer there.`)).toBeVisible();
    await page.notebook.activate('story.ipynb');
    await page.notebook.addCell('code', 'import subprocess; subprocess.check_output(["squeue", "-h"])');
    await page.notebook.runCell(3);
    expect(await page.notebook.getCellTextOutput(3)).toEqual(["b''"]);
  });
});
