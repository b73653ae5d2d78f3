import { expect, galata, IJupyterLabPageFixture, test } from '@jupyterlab/galata';
import { join } from 'path';

import { cardOf, openPanel, startCluster, stopClusters } from '../clusters';
import { pageIn } from '../frames';

const IMAGES = join(__dirname, '..', '..', '..', 'docs', 'images');
const NOTEBOOK = 'ocean.ipynb';
const WORK = [
  'import dask.array as da',
  '',
  'x = da.random.random((8_000, 8_000), chunks=500)',
  'anomaly = x - x.mean(axis=0)',
  '(anomaly * anomaly.T).std().compute()'
].join('\n');

test.use({
  autoGoto: true,
  viewport: { width: 1400, height: 800 },
  mockSettings: {
    ...galata.DEFAULT_SETTINGS,
    '@jupyterlab/apputils-extension:themes': { theme: 'JupyterLab Light' }
  }
});
test.afterEach(({ request }) => stopClusters(request));

/** Put a tab beside another one, once it is there. */
async function place(page: IJupyterLabPageFixture, title: string, mode: string, ref: string): Promise<void> {
  await expect(page.getByRole('main').getByRole('tab', { name: title, exact: true })).toBeVisible();
  await page.evaluate(
    ([title, mode, ref]) => {
      const { shell } = window.jupyterapp;
      const find = (label: string) =>
        Array.from(shell.widgets('main')).find(widget => widget.title.label === label);
      const options = { mode, ref: find(ref)?.id } as Parameters<typeof shell.add>[2];
      shell.add(find(title)!, 'main', options);
    },
    [title, mode, ref]
  );
}

test('overview: a cluster, a notebook that computes on it, and its tasks', async ({ page, request }) => {
  await startCluster(request, 'ocean', 4, { cores: 4, processes: 2, memory: '4 GB', walltime: '12:00:00' });
  const panel = await openPanel(page);
  await page.sidebar.setWidth(320, 'left');
  const card = cardOf(page, 'ocean');
  await expect(card.getByText('8 workers', { exact: true })).toBeVisible({ timeout: 90_000 });
  await page.notebook.createNew(NOTEBOOK);
  await page.notebook.setCell(0, 'markdown', '# Anomalies');
  await card.getByRole('button', { name: 'Connect' }).click();
  await expect(page.locator('.jp-Notebook .jp-Cell')).toHaveCount(2);
  await page.notebook.addCell('code', WORK);

  const plots = panel.getByRole('list', { name: 'Dashboards of ocean' });
  for (const [plot, mode, ref] of [
    ['Task Stream', 'split-right', NOTEBOOK],
    ['Workers Memory', 'split-bottom', 'Task Stream — ocean']
  ]) {
    await plots.getByRole('button', { name: plot, exact: true }).click();
    await place(page, `${plot} — ocean`, mode, ref);
    const frame = pageIn(page, `${plot} — ocean`);
    await expect(frame.locator('canvas').first()).toBeVisible({ timeout: 90_000 });
  }

  await page.evaluate(() => {
    const tabs = Array.from(window.jupyterapp.shell.widgets('main'));
    tabs.find(({ title }) => title.label === 'Launcher')?.close();
  });
  await page.notebook.activate(NOTEBOOK);
  await page.notebook.run();
  expect(await page.notebook.getCellTextOutput(2)).not.toBeNull();
  await page.screenshot({ path: join(IMAGES, 'overview.png') });
});

test('form: a new cluster', async ({ page }) => {
  // Ends above the worker's command, which names paths of the machine that makes this picture.
  await page.setViewportSize({ width: 1400, height: 740 });
  const panel = await openPanel(page);
  await page.sidebar.setWidth(320, 'left');
  await panel.getByRole('button', { name: 'New cluster', exact: true }).click();
  const fields = {
    Name: 'ocean',
    Jobs: '4',
    'Cores per job': '8',
    'Memory per job': '16 GB',
    Walltime: '12:00:00'
  };
  for (const [label, value] of Object.entries(fields)) {
    await page.getByLabel(label, { exact: true }).fill(value);
  }
  await page.getByLabel('Name', { exact: true }).focus();
  await expect(page.locator('.jp-DaskSlurmForm')).toContainText('#SBATCH -t 12:00:00', { timeout: 60_000 });
  await page.screenshot({ path: join(IMAGES, 'form.png') });
});

test('details: jobs that work, and jobs that wait', async ({ page, request }) => {
  await startCluster(request, 'ocean', 6, { cores: 16, processes: 1, memory: '1 GB', walltime: '12:00:00' });
  await openPanel(page);
  await page.sidebar.setWidth(320, 'left');
  const card = cardOf(page, 'ocean');
  await expect(card.getByText('4 of 6 workers', { exact: true })).toBeVisible({ timeout: 90_000 });
  await card.getByRole('button', { name: 'Jobs', exact: true }).click();
  const details = page.locator('.jp-DaskSlurmDetails');
  await expect(details.getByRole('table').getByText('waits for nodes').first()).toBeVisible({
    timeout: 60_000
  });
  await page.evaluate(() => {
    const tabs = Array.from(window.jupyterapp.shell.widgets('main'));
    tabs.find(({ title }) => title.label === 'Launcher')?.close();
  });
  await page.screenshot({ path: join(IMAGES, 'details.png') });
});
