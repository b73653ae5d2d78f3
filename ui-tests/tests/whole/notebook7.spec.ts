import { expect, Locator, Page, test } from '@playwright/test';

import { stopClusters, unfold } from '../clusters';
import { pageIn } from '../frames';

const NAME = 'lagoon';

test.afterEach(({ request }) => stopClusters(request));

/** A new notebook with a kernel, in Jupyter Notebook. */
async function openNotebook(page: Page): Promise<void> {
  const answer = await page.request.post('/api/contents', { data: { type: 'notebook' } });
  const { path } = (await answer.json()) as { readonly path: string };
  await page.goto(`/notebooks/${path}`);
  await page.getByRole('dialog').getByRole('button', { name: 'Select' }).click({ timeout: 60_000 });
}

/** @returns the panel, opened from the menu. */
async function openPanel(page: Page): Promise<Locator> {
  await page.getByRole('menuitem', { name: 'View', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Show Dask on Slurm' }).click();
  return page.getByRole('region', { name: 'Dask on Slurm' });
}

/** The form, as a dialog. */
async function createCluster(page: Page, panel: Locator): Promise<void> {
  await panel.getByRole('button', { name: 'New cluster' }).click();
  const form = page.getByRole('dialog');
  await form.getByLabel('Name', { exact: true }).fill(NAME);
  await unfold(page, 'Where it runs');
  await unfold(page, 'Workers');
  await form.getByLabel('Runs on').selectOption('This machine');
  await form.getByLabel('Cores per job').fill('1');
  await form.getByLabel('Workers per job').fill('1');
  await form.getByLabel('Memory per job').fill('500 MB');
  await form.getByRole('button', { name: 'Start', exact: true }).click();
  await expect(form).toHaveCount(0);
}

test('in Jupyter Notebook: a cluster, a notebook on it, its dashboard and its jobs', async ({ page }) => {
  await openNotebook(page);
  const panel = await openPanel(page);
  const card = panel.getByRole('listitem', { name: NAME });

  await test.step('the form is a dialog', async () => {
    await createCluster(page, panel);
    await expect(card.getByText('1 worker', { exact: true })).toBeVisible({ timeout: 60_000 });
  });

  await test.step('code goes into the notebook, and its kernel is attached', async () => {
    await card.getByRole('button', { name: 'Connect' }).click();
    await expect(page.locator('.jp-Notebook .jp-Cell')).toHaveCount(2);
    await expect(page.locator('.jp-Notebook')).toContainText(`client = connect("${NAME}")`);
    const item = page.locator('.jp-NotebookPanel-toolbar [data-jp-item-name="dask-slurm"]');
    await item.getByRole('button').click();
    await page.getByRole('menuitem', { name: `Attach to ${NAME}` }).click();
    await expect(item).toHaveText(NAME, { timeout: 60_000 });
  });

  await test.step('the dashboard opens as a tab of the browser', async () => {
    const opened = page.context().waitForEvent('page');
    await card.getByRole('button', { name: 'Dashboard' }).click();
    const dashboard = await opened;
    await expect(dashboard).toHaveURL(/dask-slurm\/clusters\/lagoon-[^/]+\/dashboard\/status$/);
    await expect(pageIn(dashboard, 'Dask dashboard').locator('canvas').first()).toBeVisible({
      timeout: 60_000
    });
    await dashboard.close();
  });

  await test.step('jobs, logs and options open in JupyterLab, in another tab', async () => {
    const opened = page.context().waitForEvent('page');
    await card.getByRole('button', { name: 'Jobs' }).click();
    const lab = await opened;
    await expect(lab.locator('.jp-DaskSlurmDetails')).toContainText('local_0', { timeout: 60_000 });
    await lab.close();
  });
});
