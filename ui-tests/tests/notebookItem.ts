import type { IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';

/** The item in the notebook's toolbar. */
export function itemOf(page: IJupyterLabPageFixture): Locator {
  return page.locator('.jp-NotebookPanel-toolbar [data-jp-item-name="dask-slurm"]');
}

/** Choose something in the menu of that. */
export async function choose(page: IJupyterLabPageFixture, entry: string): Promise<void> {
  await itemOf(page).getByRole('button').click();
  // What is switched on has another role.
  await page
    .getByRole('menuitem', { name: entry })
    .or(page.getByRole('menuitemcheckbox', { name: entry }))
    .click();
}
