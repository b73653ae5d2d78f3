import { expect, test } from '@jupyterlab/galata';

import { cardOf, openPanel, startCluster, stopClusters } from '../clusters';

test.use({ autoGoto: true });
test.afterEach(({ request }) => stopClusters(request));

test('what sbatch refuses stands on the card, with a way to mend it', async ({ page, request }) => {
  await openPanel(page);
  await startCluster(request, 'tide', 1, { reservation: 'maintenance' });
  const card = cardOf(page, 'tide');
  const problem = card.getByRole('list', { name: 'Problems of tide' }).getByRole('listitem');

  await test.step("Slurm's words and the script", async () => {
    await expect(problem).toContainText('reservation is invalid', { timeout: 90_000, ignoreCase: true });
    await problem.getByText('Details').click();
    await expect(problem).toContainText('#SBATCH --reservation=maintenance');
  });

  await test.step('again without the reservation', async () => {
    await problem.getByRole('button', { name: 'Start again with changes…' }).click();
    await expect(page.getByRole('heading', { name: 'Start tide again' })).toBeVisible();
    await page.getByText('More options').click();
    await page.getByLabel('Reservation', { exact: true }).fill('');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await expect(card.getByText('1 worker', { exact: true })).toBeVisible({ timeout: 120_000 });
    await expect(problem).toHaveCount(0);
  });
});
