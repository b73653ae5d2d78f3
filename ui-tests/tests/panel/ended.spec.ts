import { expect, test } from '@jupyterlab/galata';

import { cardOf, openPanel, startCluster, stopClusters } from '../clusters';
import { pageIn } from '../frames';

test.use({ autoGoto: true });
test.setTimeout(600_000); // more than all its waits together
test.afterEach(({ request }) => stopClusters(request));

test('a cluster that ended by itself says why, starts again, and its pane follows', async ({
  page,
  request
}) => {
  // Half of it is the time that a busy machine has to see the warning.
  await startCluster(request, 'ebb', 1, { idle_timeout: 60 });
  const panel = await openPanel(page);
  const card = cardOf(page, 'ebb');
  await expect(card.getByText('1 worker', { exact: true })).toBeVisible({ timeout: 90_000 });
  await panel
    .getByRole('list', { name: 'Dashboards of ebb' })
    .getByRole('button', { name: 'Progress', exact: true })
    .click();

  await test.step('it is told beforehand, with how long there is left', async () => {
    await expect(card.getByText(/^Nothing has run since .*, stops in/)).toBeVisible({ timeout: 90_000 });
  });

  await test.step('the card is quiet, and the pane says so too', async () => {
    await expect(card.getByText(/^Ended at .*: Idle/)).toBeVisible({ timeout: 90_000 });
    await expect(card.getByRole('list', { name: 'Problems of ebb' })).toHaveCount(0);
    await expect(page.getByText(/^The cluster ebb stopped at/)).toBeVisible();
  });

  await test.step('started again from the pane, which draws it then', async () => {
    await page.getByRole('main').getByRole('button', { name: 'Start again' }).click();
    await expect(card.getByText('1 worker', { exact: true })).toBeVisible({ timeout: 90_000 });
    const frame = pageIn(page, 'Progress — ebb');
    await expect(frame.locator('canvas').first()).toBeVisible({ timeout: 90_000 });
  });
});
