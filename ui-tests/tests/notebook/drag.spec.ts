import { expect, test } from '@jupyterlab/galata';

import { cardOf, openPanel, startCluster, stopClusters } from '../clusters';

test.use({ autoGoto: true });
test.afterEach(({ request }) => stopClusters(request));

test('a card dragged onto a notebook becomes a cell that connects', async ({ page, request }) => {
  await startCluster(request, 'tide', 0);
  await openPanel(page);
  const card = cardOf(page, 'tide');
  await expect(card).toBeVisible({ timeout: 90_000 });
  await page.notebook.createNew();
  await page.notebook.setCell(0, 'code', 'typed = "stays"');

  await card.locator('.jp-DaskSlurmCard-name').hover();
  const answered = page.waitForResponse(/snippet\?kind=connect/);
  await page.mouse.down();
  const target = await page.locator('.jp-Notebook .jp-Cell').first().boundingBox();
  await page.mouse.move(200, 300, { steps: 4 });
  await answered;
  await expect(page.locator('.jp-DaskSlurmDrag')).toBeVisible();
  await page.mouse.move((target?.x ?? 0) + 200, (target?.y ?? 0) + 10, { steps: 8 });
  await page.mouse.up();

  await expect(page.locator('.jp-Notebook .jp-Cell')).toHaveCount(2);
  const cells = [await page.notebook.getCellTextInput(0), await page.notebook.getCellTextInput(1)];
  expect(cells).toContain('typed = "stays"');
  expect(cells.join('\n')).toContain('client = connect("tide")');
});
