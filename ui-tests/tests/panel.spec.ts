import { expect, test } from '@jupyterlab/galata';

test.use({ autoGoto: true });

test('the panel opens and says what to do first', async ({ page }) => {
  await page.sidebar.openTab('jupyter-dask-slurm-panel');
  const panel = page.getByRole('region', { name: 'Dask on Slurm' });
  await expect(panel.getByRole('button', { name: 'New cluster', exact: true })).toBeVisible();
  await expect(panel.getByRole('button', { name: 'Array larger than memory' })).toBeVisible();
});
