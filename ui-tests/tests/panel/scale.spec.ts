import { expect, test } from '@jupyterlab/galata';

import { cardOf, openPanel, startCluster, stopClusters } from '../clusters';

test.use({ autoGoto: true });
test.afterEach(({ request }) => stopClusters(request));

test('the stepper scales: each click counts, and a typed number', async ({ page, request }) => {
  await startCluster(request, 'tide', 0);
  await openPanel(page);
  const card = cardOf(page, 'tide');
  await expect(card.getByRole('status')).toHaveText('no jobs', { timeout: 90_000 });
  const changes: string[] = [];
  page.on('request', sent => sent.method() === 'PATCH' && changes.push(sent.postData() ?? ''));

  await card.getByRole('button', { name: 'One job more' }).click({ clickCount: 2 });
  await expect(card.getByText('jobs = 4 cores')).toBeVisible();
  await expect(card.getByText('2 workers', { exact: true })).toBeVisible({ timeout: 90_000 });
  // A page that stalls between two clicks sends two.
  expect(changes.at(-1)).toEqual(JSON.stringify({ scaling: { mode: 'manual', jobs: 2 } }));

  await card.getByLabel('Number of jobs').fill('1');
  await card.getByLabel('Number of jobs').press('Enter');
  await expect(card.getByText('1 worker', { exact: true })).toBeVisible({ timeout: 90_000 });
});
