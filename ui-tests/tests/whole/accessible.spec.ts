import { expect, galata, IJupyterLabPageFixture, test } from '@jupyterlab/galata';
import axe from 'axe-core';

import { cardOf, openPanel, startCluster, stopClusters } from '../clusters';

test.use({ autoGoto: true });
test.afterEach(({ request }) => stopClusters(request));

/** What axe finds wrong within the parts of the page that are ours. */
async function violations(page: IJupyterLabPageFixture, ...ours: string[]): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async ours => {
    const { axe } = window as unknown as { axe: typeof import('axe-core') };
    const { violations } = await axe.run({ include: ours.map(selector => [selector]) });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
  }, ours);
}

for (const theme of ['JupyterLab Light', 'JupyterLab Dark']) {
  test.describe(theme, () => {
    test.use({
      mockSettings: { ...galata.DEFAULT_SETTINGS, '@jupyterlab/apputils-extension:themes': { theme } }
    });

    test('panel, form and details are accessible', async ({ page, request }) => {
      await Promise.all([
        startCluster(request, 'tide', 1, { job_extra_directives: ['--licenses=matlab'] }),
        startCluster(request, 'reef', 1)
      ]);
      const panel = await openPanel(page);
      await expect(cardOf(page, 'tide').getByRole('list', { name: 'Problems of tide' })).toBeVisible({
        timeout: 90_000
      });
      const reef = cardOf(page, 'reef');
      await expect(reef.getByText('1 worker', { exact: true })).toBeVisible({ timeout: 60_000 });
      await panel.getByRole('button', { name: 'Start a Dask cluster' }).click();
      for (const group of await page.locator('.jp-DaskSlurmForm summary').all()) {
        await group.click();
      }
      await page.getByRole('button', { name: 'Save as profile…' }).click();

      expect(
        await violations(page, '.jp-DaskSlurmPanel', '.jp-DaskSlurmForm', '.jp-DaskSlurmStatus')
      ).toEqual([]);

      await reef.getByRole('button', { name: 'Jobs', exact: true }).click();
      await expect(page.getByRole('table', { name: 'Jobs' }).getByRole('row')).toHaveCount(2);
      expect(await violations(page, '.jp-DaskSlurmDetails')).toEqual([]);
      for (const section of ['Logs', 'Script and code', 'History', 'Options']) {
        await page.getByRole('tab', { name: section }).click();
        await expect(page.getByRole('tabpanel', { name: section })).not.toBeEmpty();
        expect(await violations(page, '.jp-DaskSlurmDetails')).toEqual([]);
      }
    });
  });
}
