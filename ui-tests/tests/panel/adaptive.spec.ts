import { expect, test } from '@jupyterlab/galata';

import { cardOf, openPanel, startCluster, stopClusters } from '../clusters';

test.use({ autoGoto: true });
test.afterEach(({ request }) => stopClusters(request));

test('the number of jobs follows the load between two limits, until it is fixed again', async ({
  page,
  request
}) => {
  await startCluster(request, 'tide', 0);
  await openPanel(page);
  const card = cardOf(page, 'tide');
  await expect(card.getByRole('status')).toHaveText('no jobs', { timeout: 90_000 });

  await test.step('on, with limits', async () => {
    await card.getByRole('switch', { name: 'adaptive' }).check();
    await expect(card.getByLabel('Most jobs')).toHaveValue('1');
    await card.getByLabel('Most jobs').fill('2');
    await card.getByLabel('Most jobs').press('Enter');
    await expect(card.getByText('0–2 jobs × 2 cores')).toBeVisible();
  });

  await test.step('work brings a job', async () => {
    await page.notebook.createNew();
    await card.getByRole('button', { name: 'Connect' }).click();
    await page.notebook.addCell('code', 'client.submit(lambda: 6 * 7).result()');
    await page.notebook.run();
    expect(await page.notebook.getCellTextOutput(2)).toEqual(['42']);
  });

  await test.step('off: the jobs that are there stay', async () => {
    await card.getByRole('switch', { name: 'adaptive' }).uncheck();
    await expect(card.getByLabel('Number of jobs')).toBeVisible();
    await expect(card.getByRole('group', { name: 'Jobs of tide' })).toBeVisible();
  });
});
