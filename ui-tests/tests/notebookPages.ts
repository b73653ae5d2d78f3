import { expect, Locator, Page } from '@playwright/test';

/** @returns the panel of a page of Jupyter Notebook, opened from its menu. */
export async function openPanel(page: Page): Promise<Locator> {
  const view = page.getByRole('menuitem', { name: 'View', exact: true });
  const item = page.getByRole('menuitem', { name: 'Show Dask on Slurm' });
  // A page that is still being set up closes its menus.
  await expect(async () => {
    await page.keyboard.press('Escape');
    await view.click();
    await item.click({ timeout: 5_000 });
  }).toPass({ timeout: 120_000 });
  return page.getByRole('region', { name: 'Dask on Slurm' });
}
