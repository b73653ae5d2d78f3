import { expect, test } from '@jupyterlab/galata';

import { cardOf, openPanel, startCluster, stopClusters } from '../clusters';
import { english, speak } from '../secondLanguage';

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

  await test.step('in another language nothing of panel, details and form is left in English', async () => {
    await speak(page, 'de_DE');
    const panel = page.locator('.jp-DaskSlurmPanel');
    await expect(panel).toContainText('Slúrm réfúséd: Invalid license', { timeout: 60_000 });
    await panel.getByRole('button', { name: 'Jóbs', exact: true }).click();
    await page.getByRole('tab', { name: 'Hístóry', exact: true }).click();
    await expect(page.getByText('Créátéd ás tide.')).toBeVisible();
    expect(await english(page, '.jp-DaskSlurmDetails')).toEqual([]);

    await panel.getByRole('button', { name: 'Stárt ágáín wíth chángés…' }).click();
    await expect(page.getByText('1 jób óf 2 córés ín normal')).toBeVisible({ timeout: 30_000 });
    for (const group of await page.locator('.jp-DaskSlurmForm summary').all()) {
      await group.click();
    }
    await expect(page.getByText('Stárts thé wórkérs.')).toBeVisible();
    expect(await english(page, '.jp-DaskSlurmPanel', '.jp-DaskSlurmForm')).toEqual([]);
    await page.getByRole('button', { name: 'Cáncél', exact: true }).click();
    await speak(page, 'default');
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
