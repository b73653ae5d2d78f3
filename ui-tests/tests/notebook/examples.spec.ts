import { expect, galata, test } from '@jupyterlab/galata';

import { openPanel } from '../clusters';

test.use({ autoGoto: true });

const EXAMPLES = {
  'Array larger than memory': 'array-sum.ipynb',
  'Image filter through Zarr': 'difference-of-gaussians.ipynb',
  'Functions as futures': 'futures.ipynb'
};

test('each example opens from the empty panel, as a copy where the user works', async ({ page, tmpPath }) => {
  const panel = await openPanel(page);
  for (const [title, file] of Object.entries(EXAMPLES)) {
    await panel.getByRole('button', { name: title }).click();
    await expect(page.getByRole('main').getByRole('tab', { name: file })).toBeVisible();
    expect(await page.contents.fileExists(`${tmpPath}/${file}`)).toBe(true);
  }
});

test('a launcher card opens what the user has made of an example', async ({ page, request, tmpPath }) => {
  const contents = galata.newContentsHelper(request);
  const mine = { cells: [], metadata: { mine: true }, nbformat: 4, nbformat_minor: 5 };
  const path = `${tmpPath}/futures.ipynb`;
  await contents.uploadContent(JSON.stringify(mine), 'text', path);

  const launcher = page.getByRole('main').locator('.jp-Launcher');
  await launcher.getByTitle('Open a copy of an example notebook').last().click();

  await expect(page.getByRole('main').getByRole('tab', { name: 'futures.ipynb' })).toBeVisible();
  const kept = await request.get(`/files/${path}`);
  expect(await kept.json()).toMatchObject({ metadata: { mine: true } });
});
