import { expect, test } from '@playwright/test';

import { unfold } from '../clusters';
import { pageIn } from '../frames';

const PANEL = 'jupyter-dask-slurm-panel';
const NAME = 'ocean';
const SERVER = process.env.JUPYTER_URL ?? '';

/**
 * For JupyterLabs of any age and behind anything (`tests/labs`): without galata, whose fixtures need a JupyterLab that
 * is set up for them.
 */
test('a cluster is started, drawn and stopped in a JupyterLab as it comes', async ({ page }) => {
  const failures: string[] = [];
  page.on('pageerror', error => failures.push(error.message));
  // JupyterLab's own question about news lies over the form.
  const no = page.locator('.jp-toast-button').filter({ hasText: /^No$/ });
  await page.addLocatorHandler(no, () => no.click());
  await page.goto(`${SERVER}/lab?reset`);
  const panel = page.getByRole('region', { name: 'Dask on Slurm' });
  const tab = page.locator(`.jp-SideBar li[data-id="${PANEL}"]`);
  const card = page.getByRole('listitem', { name: NAME });

  await test.step('the panel opens, and its form starts a cluster on Slurm', async () => {
    await expect(tab).toBeVisible({ timeout: 90_000 });
    await tab.click();
    await panel.getByRole('button', { name: 'New cluster', exact: true }).click();
    await page.getByLabel('Name', { exact: true }).fill(NAME);
    await page.getByLabel('Jobs', { exact: true }).fill('1');
    await page.getByLabel('Cores per job').fill('2');
    await page.getByLabel('Memory per job').fill('1 GB');
    await unfold(page, 'Workers');
    await page.getByLabel('Workers per job').fill('1');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await expect(card.getByText('1 worker', { exact: true })).toBeVisible({ timeout: 120_000 });
  });

  await test.step('a dashboard draws, which a websocket tells it', async () => {
    const plots = page.getByRole('list', { name: `Dashboards of ${NAME}` });
    await plots.getByRole('button', { name: 'Workers Memory', exact: true }).click();
    const canvas = pageIn(page, `Workers Memory — ${NAME}`).locator('canvas').first();
    await expect(canvas).toBeVisible({ timeout: 90_000 });
  });

  await test.step('it is stopped', async () => {
    await card.getByRole('button', { name: 'Stop' }).click();
    // That of JupyterLab 4.0 has no role.
    await page.locator('.jp-Dialog .jp-mod-accept').click();
    await expect(card).toHaveCount(0, { timeout: 90_000 });
  });
  expect(failures).toEqual([]);
});
