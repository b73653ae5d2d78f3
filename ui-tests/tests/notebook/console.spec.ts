import { expect, test } from '@jupyterlab/galata';

import { cardOf, openPanel, startCluster, stopClusters } from '../clusters';

test.use({ autoGoto: true });
test.afterEach(({ request }) => stopClusters(request));

test('client code goes into the console that is in front, and runs there', async ({ page, request }) => {
  await startCluster(request, 'tide', 0);
  await openPanel(page);
  await expect(cardOf(page, 'tide').getByRole('status')).toHaveText('no jobs', { timeout: 90_000 });
  await page.menu.clickMenuItem('File>New>Console');
  await page.getByRole('dialog').getByRole('button', { name: 'Select Kernel' }).click();
  const prompt = page.locator('.jp-CodeConsole-promptCell');
  await expect(page.getByText('Python 3 (ipykernel) | Idle')).toBeVisible({ timeout: 90_000 });
  await prompt.locator('.cm-content').fill('typed = "stays"');

  await cardOf(page, 'tide').getByRole('button', { name: 'Connect' }).click();

  await expect(prompt).toContainText('typed = "stays"');
  await expect(prompt).toContainText('client = connect("tide")');
  await page.keyboard.press('Shift+Enter');
  await expect(page.locator('.jp-CodeConsole .jp-OutputArea-output').last()).toContainText('Dashboard', {
    timeout: 90_000
  });
});
