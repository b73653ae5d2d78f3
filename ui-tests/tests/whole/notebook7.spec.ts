import { expect, Locator, Page, test } from '@playwright/test';

import { stopClusters, unfold } from '../clusters';
import { pageIn } from '../frames';
import { openPanel } from '../notebookPages';

const NAME = 'lagoon';

test.afterEach(({ request }) => stopClusters(request));

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

test('in Jupyter Notebook: a cluster, a notebook on it, its dashboard and its jobs', async ({
  page: tree
}) => {
  await tree.goto('/tree');
  const treePanel = await openPanel(tree);

  await test.step('the form is a dialog', async () => {
    await createCluster(tree, treePanel);
    const card = treePanel.getByRole('listitem', { name: NAME });
    await expect(card.getByText('1 worker', { exact: true })).toBeVisible({ timeout: 60_000 });
  });

  const page =
    await test.step('a new notebook opens in another tab, and its kernel is attached by itself', async () => {
      const opened = tree.context().waitForEvent('page');
      await treePanel.getByRole('button', { name: 'New notebook' }).click();
      const notebook = await opened;
      await expect(notebook.locator('.jp-Notebook')).toContainText(`client = connect("${NAME}")`);
      const item = notebook.locator('.jp-NotebookPanel-toolbar [data-jp-item-name="dask-slurm"]');
      await expect(item).toHaveText(NAME, { timeout: 60_000 });
      return notebook;
    });
  const card = (await openPanel(page)).getByRole('listitem', { name: NAME });

  await test.step('code goes into the notebook that is open', async () => {
    await card.getByRole('button', { name: 'Connect' }).click();
    await expect(page.locator('.jp-Notebook .jp-Cell')).toHaveCount(2);
  });

  await test.step('the dashboard opens as a tab of the browser', async () => {
    const opened = page.context().waitForEvent('page');
    await card.getByRole('button', { name: 'Dashboard' }).click();
    const dashboard = await opened;
    await expect(dashboard).toHaveURL(/dask-slurm\/clusters\/lagoon-[^/]+\/dashboard\/status$/);
    await expect(pageIn(dashboard, 'Dask dashboard').locator('canvas').first()).toBeVisible({
      timeout: 60_000
    });
    await dashboard.emulateMedia({ colorScheme: 'dark' });
    const body = pageIn(dashboard, 'Dask dashboard').locator('html');
    await expect(body).toHaveCSS('background-color', 'rgb(17, 17, 17)');
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
