import { expect, test } from '@jupyterlab/galata';
import type { JupyterLabPage } from '@jupyterlab/galata';
import { writeFileSync } from 'fs';

import { cardOf, openPanel } from '../clusters';
import { pageIn } from '../frames';
import { choose, itemOf } from '../notebookItem';

const NOTEBOOK = 'goes-on.ipynb';
/** What the workers have computed before, by the name under which the scheduler keeps it. */
const KEEPS = 'client.publish_dataset(total=client.submit(sum, [1, 2]))';
const HAS = 'import socket; print(socket.gethostname(), client.get_dataset("total").result())';

// Galata's stand-ins for lists of Jupyter fail a test when Jupyter does not answer, and here it does not.
test.use({ autoGoto: false, tmpPath: '', kernels: null, sessions: null, terminals: null });

test('the notebook goes on where Jupyter does, on another login node', async ({ page }) => {
  await page.goto();
  const panel = await openPanel(page);
  const card = cardOf(page, 'ocean');
  await expect(card.getByText('1 worker', { exact: true })).toBeVisible({ timeout: 120_000 });
  const output = async (cell: number) => {
    await page.notebook.runCell(cell, true);
    return page.notebook.getCellTextOutput(cell);
  };
  const pane = page.getByRole('tabpanel', { name: 'Status — ocean' });
  const canvas = pageIn(page, 'Status — ocean').locator('canvas').first();

  await test.step('on the first', async () => {
    await page.notebook.createNew(NOTEBOOK);
    await choose(page, 'Attach to ocean');
    await expect(itemOf(page)).toHaveText('ocean', { timeout: 60_000 });
    await choose(page, 'Attach Automatically');
    await page.notebook.setCell(0, 'code', HAS);
    await page.notebook.addCell('code', KEEPS);
    await page.notebook.runCell(1, true);
    expect(await output(0)).toEqual(['login1 3\n']);
    await page.notebook.save();
    await card.getByRole('button', { name: 'Dashboard', exact: true }).click();
    await expect(canvas).toBeVisible({ timeout: 90_000 });
  });

  await test.step('on the second: the same cluster, and its dashboard draws', async () => {
    // Who has made the hosts ends the one Jupyter, and starts the other.
    writeFileSync(String(process.env.MOVES_BY), '');
    await expect(panel.getByRole('alert')).toContainText('out of date', { timeout: 90_000 });
    await expect(panel.getByRole('alert')).toHaveCount(0, { timeout: 180_000 });
    await expect(card.getByText('1 worker', { exact: true })).toBeVisible({ timeout: 60_000 });
    await expect(pane.getByRole('status')).toBeHidden();
    await expect(canvas).toBeVisible({ timeout: 90_000 });
  });

  await test.step('a new kernel there is on it, and has what was computed before', async () => {
    // Galata's own, which knows that its helpers must be loaded again.
    await (page as Pick<JupyterLabPage, 'reload'>).reload({ waitForIsReady: false });
    await page.getByRole('main').getByRole('tab', { name: NOTEBOOK }).click();
    await expect(itemOf(page)).toHaveText('ocean', { timeout: 90_000 });
    await expect.poll(() => output(0), { timeout: 60_000 }).toEqual(['login2 3\n']);
  });
});
