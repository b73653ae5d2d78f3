import { expect, IJupyterLabPageFixture, test } from '@jupyterlab/galata';
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

/** All sections of the details of a cluster, one after the other. */
async function visitDetails(page: IJupyterLabPageFixture): Promise<void> {
  for (const section of ['Jobs', 'Logs', 'Script and code', 'History', 'Options']) {
    await page.getByRole('tab', { name: section, exact: true }).click();
    await expect(page.getByRole('tabpanel', { name: section })).not.toBeEmpty();
    expect(await violations(page, '.jp-DaskSlurmDetails'), section).toEqual([]);
  }
}

test('panel, form and details are accessible, light and dark', async ({ page, request }) => {
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

  const form = ['.jp-DaskSlurmPanel', '.jp-DaskSlurmForm', '.jp-DaskSlurmStatus'];
  expect(await violations(page, ...form), 'light').toEqual([]);
  await page.theme.setDarkTheme();
  expect(await page.theme.getTheme()).toBe('JupyterLab Dark');
  expect(await violations(page, ...form), 'dark').toEqual([]);

  await reef.getByRole('button', { name: 'Jobs', exact: true }).click();
  await expect(page.getByRole('table', { name: 'Jobs' }).getByRole('row')).toHaveCount(2);
  await test.step('details, dark', () => visitDetails(page));
  await page.theme.setLightTheme();
  await test.step('details, light', () => visitDetails(page));
});
