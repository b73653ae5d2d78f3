import { expect, galata, test } from '@jupyterlab/galata';
import { readFileSync } from 'fs';

import { cardOf, openPanel, startCluster, stopClusters } from '../clusters';
import { pageIn } from '../frames';

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

test('dashboards: several by one click, a layout kept, a favourite, the report as a file', async ({
  page,
  request
}) => {
  const { id } = await startCluster(request, 'reef', 1);
  const panel = await openPanel(page);
  await expect(cardOf(page, 'reef').getByText('1 worker', { exact: true })).toBeVisible({ timeout: 60_000 });
  const dialog = page.getByRole('dialog');
  const open = async (layout: string) => {
    await panel.getByRole('button', { name: 'Open layout' }).click();
    await dialog.getByRole('combobox').selectOption(layout);
    await dialog.getByRole('button', { name: 'Open' }).click();
  };
  const drawn = (title: string) =>
    expect(pageIn(page, `${title} — reef`).locator('canvas').first()).toBeVisible({
      timeout: 90_000
    });

  await test.step('a saved layout', async () => {
    await open('memory');
    await drawn('Cluster Memory');
    const above = await page.locator('iframe[title="Workers Memory — reef"]').boundingBox();
    const below = await page.locator('iframe[title="Cluster Memory — reef"]').boundingBox();
    expect(below!.y).toBeGreaterThan(above!.y + above!.height - 1);
  });

  await test.step('the default layout, kept together with what was open under a name', async () => {
    await open('Default');
    await drawn('Task Stream');
    await drawn('Progress');
    await panel.getByRole('button', { name: 'Save layout…' }).click();
    await dialog.getByRole('textbox').fill('all of it');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.locator('[role="tab"]', { hasText: 'Progress — reef' }).locator('.jp-icon-hover').click();
    await expect(page.locator('iframe[title="Progress — reef"]')).toHaveCount(0);
    await open('all of it');
    await drawn('Progress');
  });

  await test.step('a favourite is listed first', async () => {
    const plots = panel.getByRole('list', { name: 'Dashboards of reef' });
    const favourites = plots.getByRole('list', { name: 'Favourites' });
    const chosen = favourites.getByRole('button', { name: 'Occupancy', exact: true });
    const star = plots.getByRole('button', { name: 'Favourite: Occupancy', exact: true });
    await expect(chosen).toHaveCount(0);
    await star.click();
    await expect(chosen).toBeVisible();
    await star.click();
    await expect(chosen).toHaveCount(0);
  });

  await test.step('the report is saved as a file', async () => {
    const saving = page.waitForEvent('download', { timeout: 120_000 });
    await panel.getByRole('button', { name: 'Report' }).click();
    const report = await saving;
    expect(report.suggestedFilename()).toMatch(new RegExp(`^dask-report-${id}-.*\\.html$`));
    expect(readFileSync(await report.path(), 'utf8')).toContain('Task Stream');
  });
});
