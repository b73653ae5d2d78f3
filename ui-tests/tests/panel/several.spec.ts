import { expect, test } from '@jupyterlab/galata';

import { cardOf, openPanel, startCluster, stopClusters } from '../clusters';

test.use({ autoGoto: true });
test.afterEach(({ request }) => stopClusters(request));

test('two clusters: what is done concerns the one that was clicked', async ({ page, request }) => {
  await Promise.all([startCluster(request, 'tide', 0), startCluster(request, 'reef', 0)]);
  const panel = await openPanel(page);
  const [tide, reef] = [cardOf(page, 'tide'), cardOf(page, 'reef')];
  await expect(tide.getByRole('status')).toHaveText('no jobs', { timeout: 90_000 });
  await expect(reef.getByRole('status')).toHaveText('no jobs', { timeout: 90_000 });

  await test.step('the dashboards are those of the selected one', async () => {
    await reef.locator('.jp-DaskSlurmCard-name').click();
    await expect(panel.getByRole('list', { name: 'Dashboards of reef' })).toBeVisible();
    await tide.locator('.jp-DaskSlurmCard-name').click();
    await expect(panel.getByRole('list', { name: 'Dashboards of tide' })).toBeVisible();
  });

  await test.step('a name that is taken is refused, another is shown', async () => {
    const rename = async (name: string) => {
      await page.getByRole('button', { name: /^More actions for tide/ }).click();
      await page.getByRole('menuitem', { name: 'Rename…' }).click();
      await page.getByRole('textbox', { name: 'Name' }).fill(name);
      await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click();
    };
    await rename('reef');
    await expect(page.locator('.Toastify')).toContainText('reef');
    await expect(tide).toBeVisible();
    await rename('tide pool');
    await expect(cardOf(page, 'tide pool')).toBeVisible();
    await expect(tide).toHaveCount(0);
  });

  await test.step('the other one goes on', async () => {
    await reef.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click();
    await expect(reef).toHaveCount(0, { timeout: 90_000 });
    await expect(cardOf(page, 'tide pool').getByRole('status')).toHaveText('no jobs');
  });
});
