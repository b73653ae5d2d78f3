import { expect, IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';

/** The item in the notebook's toolbar. */
export function itemOf(page: IJupyterLabPageFixture): Locator {
  return page.locator('.jp-NotebookPanel-toolbar [data-jp-item-name="dask-slurm"]');
}

/** Choose something in the menu of that; it closes again where JupyterLab is still restoring the page. */
export async function choose(page: IJupyterLabPageFixture, entry: string): Promise<void> {
  // What is switched on has another role.
  const found = page
    .getByRole('menuitem', { name: entry })
    .or(page.getByRole('menuitemcheckbox', { name: entry }));
  await expect(async () => {
    await itemOf(page).getByRole('button').click();
    await found.click({ timeout: 5000 });
  }).toPass({ timeout: 60_000 });
}
