import { expect, test } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';

import { reload } from '../clusters';
import { pageIn } from '../frames';
import { stepsOf } from '../readme';

// What README tells to do: the words are those on the screen.
const [open, choose, connect, look, change] = stepsOf('The first cluster, in a minute');
const [TITLE, NEW_CLUSTER] = open.words;
const [START] = choose.words;
const [NEW_NOTEBOOK, CONNECT] = connect.words;
const [PLOT] = look.words;
const [FEWER, MORE, STOP] = change.words;
// As clusters are called whose users say nothing.
const NAME = 'dask-1';

test.use({
  // Galata goes to a folder of its own that it makes at /api/contents: not there where Jupyter has a base URL.
  autoGoto: false,
  // The page reloads into its own workspace, so that what comes back is what was open.
  mockState: false,
  tmpPath: '',
  kernels: null,
  sessions: null
});

test('from a click to a result, and back to an empty queue', async ({ page }) => {
  const card = page.getByRole('listitem', { name: NAME });
  const panel = page.getByRole('region', { name: TITLE });
  // Other stories may have made notebooks before.
  let notebook = '';
  let clicks = 0;
  const click = async (target: Locator, as: 'click' | 'dblclick' = 'click') => {
    await target[as]();
    clicks += 1;
  };
  await page.goto('?reset');
  await page.sidebar.openTab('jupyter-dask-slurm-panel');

  await test.step('a double click on "Start" makes one cluster, whose workers connect', async () => {
    await click(panel.getByRole('button', { name: NEW_CLUSTER, exact: true }));
    await click(page.getByRole('button', { name: START, exact: true }), 'dblclick');
    await expect(card).toBeVisible();
  });

  await test.step('a notebook on it connects by itself: three clicks, and nothing is typed for the cluster', async () => {
    await click(card.getByRole('button', { name: NEW_NOTEBOOK }));
    const code = connect.code.replace('ocean', NAME);
    await expect(page.locator('.jp-Notebook .jp-InputArea').first()).toContainText('client = connect');
    notebook = await page.evaluate(() => window.jupyterapp.shell.currentWidget?.title.label ?? '');
    await expect(page.locator('.jp-OutputArea-output').first()).toContainText('Dashboard', {
      timeout: 90_000
    });
    // Only now: it is read by the keyboard, which a cell that is run takes to the next one.
    expect(await page.notebook.getCellTextInput(0)).toBe(code);
    expect(clicks).toBe(3);
    await expect(card.getByText('4 workers', { exact: true })).toBeVisible({ timeout: 90_000 });
    await expect(page.getByRole('list', { name: 'Clusters' }).getByRole('listitem')).toHaveCount(1);
  });

  await test.step('what is typed into it computes on the workers; "Connect" puts the cell there', async () => {
    await page.notebook.setCell(1, 'code', look.code.replace(/\d+_000/g, '1_000'));
    await card.getByRole('button', { name: CONNECT }).click();
    await expect(page.locator('.jp-Notebook .jp-Cell')).toHaveCount(3);
    expect(await page.notebook.getCellTextInput(2)).toBe(connect.code.replace('ocean', NAME));
    // Less of it: 20 GB of numbers would take these workers minutes.
    await page.notebook.runCell(1, true);
    const [mean] = (await page.notebook.getCellTextOutput(1)) ?? [];
    expect(Number(/0\.\d+/.exec(mean)?.[0])).toBeCloseTo(0.5, 1);
    await page.notebook.save();
  });

  await test.step('a dashboard draws, and is there again after a reload', async () => {
    const plots = page.getByRole('list', { name: `Dashboards of ${NAME}` });
    await plots.getByRole('button', { name: PLOT, exact: true }).click();
    const canvas = pageIn(page, `${PLOT} — ${NAME}`).locator('canvas').first();
    await expect(canvas).toBeVisible({ timeout: 90_000 });
    await reload(page);
    await expect(canvas).toBeVisible({ timeout: 90_000 });
    await expect(card.getByText('4 workers', { exact: true })).toBeVisible();
  });

  await test.step('another number of jobs', async () => {
    const jobs = card.getByLabel('Number of jobs');
    await card.getByText(MORE, { exact: true }).click();
    await expect(jobs).toHaveValue('2');
    await card.getByText(FEWER, { exact: true }).click();
    await expect(jobs).toHaveValue('1');
  });

  await test.step('stopping asks first, and leaves no job', async () => {
    await card.getByRole('button', { name: STOP }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click();
    await expect(card).toHaveCount(0, { timeout: 90_000 });
    await expect(page.getByText(`The cluster ${NAME} is no longer there.`)).toBeVisible();
    await page.notebook.activate(notebook);
    await page.notebook.setCell(2, 'code', 'import subprocess; subprocess.check_output(["squeue", "-h"])');
    await page.notebook.runCell(2);
    expect(await page.notebook.getCellTextOutput(2)).toEqual(["b''"]);
  });
});
