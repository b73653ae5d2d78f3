import { expect, test } from '@jupyterlab/galata';

import { cardOf, openPanel, reload, startCluster, stopClusters } from '../clusters';

test.use({ autoGoto: true, mockState: false });
test.afterEach(({ request }) => stopClusters(request));

test('details: jobs by phase, a log, a cancelled job, and all of it after a reload', async ({
  page,
  request
}) => {
  await startCluster(request, 'delta', 3);
  await openPanel(page);
  const card = cardOf(page, 'delta');
  await expect(card.getByText('3 workers', { exact: true })).toBeVisible({ timeout: 60_000 });
  await card.getByRole('button', { name: 'Jobs', exact: true }).click();
  const jobs = page.getByRole('table', { name: 'Jobs' });

  await test.step('the table names what Slurm has', async () => {
    await expect(jobs.getByRole('row')).toHaveCount(4, { timeout: 20_000 });
    await page.getByRole('button', { name: '3 working', exact: true }).click();
    await jobs.getByRole('button', { name: 'Node' }).click();
    await expect(jobs.getByRole('columnheader', { name: 'Node' })).toHaveAttribute('aria-sort', 'ascending');
    await expect(jobs.getByRole('row')).toHaveCount(4);
  });

  await test.step('a click on a job shows what it writes', async () => {
    await jobs.getByRole('cell').getByRole('button').first().click();
    await expect(page.getByLabel('Log', { exact: true })).toContainText('Registered to', { timeout: 20_000 });
    await page.getByRole('tab', { name: 'Script and code' }).click();
    await expect(page.getByLabel('Code', { exact: true })).toContainText('#SBATCH');
    const saved = page.waitForRequest(
      sent => sent.method() === 'PUT' && (sent.postData() ?? '').includes('"section":"history"')
    );
    await page.getByRole('tab', { name: 'History' }).click();
    await expect(page.getByText('Submitted 3 jobs')).toBeVisible();
    await (await saved).response();
  });

  await test.step('a reload brings the same section back', async () => {
    await reload(page);
    await expect(page.getByRole('tab', { name: 'History', selected: true })).toBeVisible({ timeout: 90_000 });
    await expect(page.getByText('Submitted 3 jobs')).toBeVisible({ timeout: 20_000 });
  });

  await test.step('cancelling asks, and lowers the plan', async () => {
    await page.getByRole('tab', { name: 'Jobs', exact: true }).click();
    await jobs
      .getByRole('checkbox', { name: /Select job/ })
      .first()
      .check();
    await page.getByRole('button', { name: 'Cancel 1 job…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel Jobs' }).click();
    await expect(card.getByText('2 workers', { exact: true })).toBeVisible({ timeout: 60_000 });
    await expect(card.getByLabel('Number of jobs')).toHaveValue('2');
  });
});
