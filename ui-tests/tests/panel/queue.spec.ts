import { expect, test } from '@jupyterlab/galata';

import { cardOf, openPanel, startCluster, stopClusters } from '../clusters';

test.use({ autoGoto: true });
test.afterEach(({ request }) => stopClusters(request));

const WHY = 'It may not start before the time that was asked for.';

test('a job that waits says why, in every tab of the browser, and can be taken back', async ({
  page,
  request
}) => {
  const options = { job_extra_directives: ['--begin=now+1hour'] };
  const { id } = await startCluster(request, 'delta', 2, options);
  await openPanel(page);
  const second = await page.context().newPage();
  await second.goto('/lab/workspaces/second?reset');
  await second.getByRole('tab', { name: 'Dask on Slurm' }).click();
  const cards = [page, second].map(tab =>
    tab.getByRole('list', { name: 'Clusters' }).locator(`[data-cluster="${id}"]`)
  );

  await test.step('both say what Slurm says', async () => {
    for (const card of cards) {
      await expect(card).toContainText('2 queued', { timeout: 60_000 });
      await expect(card).toContainText(WHY, { timeout: 120_000 });
      await expect(card).toContainText('Expected to start');
    }
  });

  await test.step('what is done in one is shown in the other', async () => {
    await cardOf(page, 'delta').getByRole('button', { name: 'One job less' }).click();
    for (const card of cards) {
      await expect(card).toContainText('1 queued', { timeout: 90_000 });
    }
  });
  await second.close();
});
