import { expect, galata, test } from '@jupyterlab/galata';

import { cardOf, openPanel, startCluster, stopClusters } from './clusters';

test.use({
  autoGoto: true,
  mockSettings: {
    ...galata.DEFAULT_SETTINGS,
    'jupyter-dask-slurm:dashboards': {
      layouts: {
        memory: {
          'individual-workers-memory': { mode: 'split-right', ref: null },
          'individual-cluster-memory': { mode: 'split-bottom', ref: 'individual-workers-memory' }
        }
      }
    }
  }
});
test.afterEach(({ request }) => stopClusters(request));

test('a layout: several dashboards by one click, the saved one or the default', async ({ page, request }) => {
  await startCluster(request, 'reef', 1);
  const panel = await openPanel(page);
  await expect(cardOf(page, 'reef').getByText('1 worker', { exact: true })).toBeVisible({ timeout: 60_000 });
  const open = async (layout: string) => {
    await panel.getByRole('button', { name: 'Open layout' }).click();
    await page.getByRole('dialog').getByRole('combobox').selectOption(layout);
    await page.getByRole('dialog').getByRole('button', { name: 'Open' }).click();
  };
  const drawn = (title: string) =>
    expect(page.frameLocator(`iframe[title="${title} — reef"]`).locator('canvas').first()).toBeVisible({
      timeout: 90_000
    });

  await open('memory');
  await drawn('Cluster Memory');
  const above = await page.locator('iframe[title="Workers Memory — reef"]').boundingBox();
  const below = await page.locator('iframe[title="Cluster Memory — reef"]').boundingBox();
  expect(below!.y).toBeGreaterThan(above!.y + above!.height - 1);

  await open('Default');
  await drawn('Task Stream');
  await drawn('Progress');
});
