import { expect, test } from '@jupyterlab/galata';

import { openPanel, startCluster, stopClusters } from '../clusters';

test.use({ autoGoto: true, viewport: { width: 1200, height: 720 } });
test.afterEach(({ request }) => stopClusters(request));

test('from four clusters on the cards fold, but for the selected one', async ({ page, request }) => {
  const names = Array.from({ length: 4 }, (_, index) => `isle-${index}`);
  for (const name of names) {
    // Without jobs: four schedulers are enough work for a small machine.
    await startCluster(request, name, 0);
  }
  await openPanel(page);
  const cards = page.getByRole('list', { name: 'Clusters' });
  await expect(cards.getByRole('button', { name: /^Unfold isle/ })).toHaveCount(3, { timeout: 60_000 });
  await expect(cards.getByRole('button', { name: /^Fold isle/ })).toHaveCount(1);
  const folded = cards.getByRole('listitem', { name: 'isle-2', exact: true });
  await folded.getByRole('button', { name: 'Unfold isle-2' }).click();
  await expect(folded.getByRole('button', { name: 'New notebook' })).toBeVisible();
});
