import { expect, test } from '@jupyterlab/galata';

import { cardOf, openPanel, startCluster, stopClusters } from '../clusters';

test.use({ autoGoto: true });
test.afterEach(({ request }) => stopClusters(request));

test('what sbatch refuses stands on the card, with a way to mend it', async ({ page, request }) => {
  await openPanel(page);
  await startCluster(request, 'tide', 1, { job_extra_directives: ['--licenses=matlab'] });
  const card = cardOf(page, 'tide');
  const problem = card.getByRole('list', { name: 'Problems of tide' }).getByRole('listitem');

  await test.step("Slurm's words and the script", async () => {
    await expect(problem).toContainText('Invalid license specification', { timeout: 90_000 });
    await problem.getByText('Details').click();
    await expect(problem).toContainText('#SBATCH --licenses=matlab');
  });

  await test.step('again, first as it was: Slurm is asked before anything starts', async () => {
    await problem.getByRole('button', { name: 'Start again with changes…' }).click();
    await expect(page.getByRole('heading', { name: 'Start tide again' })).toBeVisible();
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    const refused = page.getByText('Slurm refuses this: Invalid license specification.').first();
    await expect(refused).toBeVisible({ timeout: 30_000 });
  });

  await test.step('and then without the licence', async () => {
    await page.getByLabel('Extra directives', { exact: true }).fill('');
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    // It has not ended.
    await page.getByRole('dialog').getByRole('button', { name: 'Restart', exact: true }).click();
    await expect(card.getByText('1 worker', { exact: true })).toBeVisible({ timeout: 120_000 });
    await expect(problem).toHaveCount(0);
  });
});
