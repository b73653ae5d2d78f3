import { expect, test } from '@playwright/test';

import { unfold } from '../clusters';
import { openPanel } from '../notebookPages';

const NAME = 'lagoon';
const SERVER = process.env.JUPYTER_URL ?? '';

/** As `plain.spec.ts`, for Notebooks of any age. */
test('a notebook computes on a cluster of Slurm in a Notebook as it comes', async ({ page: tree }) => {
  const failures: string[] = [];
  // Notebook 7.0 has failures of its own.
  const note = ({ message, stack }: Error) =>
    stack?.includes('labextensions/jupyter-dask-slurm') && failures.push(`${message}\n${stack}`);
  tree.on('pageerror', note);
  tree.context().on('page', page => page.on('pageerror', note));
  await tree.goto(`${SERVER}/tree`);
  const panel = await openPanel(tree);
  const card = panel.getByRole('listitem', { name: NAME });

  await test.step('the panel beside the files starts a cluster on Slurm', async () => {
    await panel.getByRole('button', { name: 'New cluster', exact: true }).click();
    await tree.getByLabel('Name', { exact: true }).fill(NAME);
    await tree.getByLabel('Jobs', { exact: true }).fill('1');
    await tree.getByLabel('Cores per job').fill('2');
    await tree.getByLabel('Memory per job').fill('1 GB');
    await unfold(tree, 'Workers');
    await tree.getByLabel('Workers per job').fill('1');
    await tree.getByRole('button', { name: 'Start', exact: true }).click();
    await expect(card.getByText('1 worker', { exact: true })).toBeVisible({ timeout: 120_000 });
  });

  const notebook = await test.step('a notebook that the tree makes opens in a tab of its own', async () => {
    const opened = tree.context().waitForEvent('page');
    await tree.getByRole('menuitem', { name: 'File', exact: true }).click();
    await tree.locator('.lm-Menu-itemLabel', { hasText: /^New$/ }).hover();
    await tree.locator('.lm-Menu-itemLabel', { hasText: /^Notebook$/ }).click();
    const page = await opened;
    // Which kernel, Notebook 7.0 asks at once.
    const select = page.locator('.jp-Dialog .jp-mod-accept');
    await select.click({ timeout: 90_000 });
    return page;
  });

  await test.step('the panel beside it connects it, and it computes there', async () => {
    const beside = (await openPanel(notebook)).getByRole('listitem', { name: NAME });
    await beside.getByRole('button', { name: 'Connect' }).click();
    const cells = notebook.locator('.jp-Notebook .jp-CodeCell');
    const connecting = cells.filter({ hasText: `connect("${NAME}")` });
    await connecting.locator('.cm-content').click();
    await notebook.keyboard.press('Shift+Enter');
    await expect(cells).toHaveCount(3);
    await cells.last().locator('.cm-content').click();
    await notebook.keyboard.type('client.submit(sum, [40, 2]).result()');
    await notebook.keyboard.press('Shift+Enter');
    await expect(notebook.locator('.jp-OutputArea-output', { hasText: /^42$/ })).toBeVisible({
      timeout: 90_000
    });
  });

  await test.step('it is stopped', async () => {
    await card.getByRole('button', { name: 'Stop' }).click();
    await tree.locator('.jp-Dialog .jp-mod-accept').click();
    await expect(card).toHaveCount(0, { timeout: 90_000 });
  });
  expect(failures).toEqual([]);
});
