import { expect, IJupyterLabPageFixture, test } from '@jupyterlab/galata';

import { unfold } from '../clusters';
import { pageIn } from '../frames';
import { stepsOf } from '../readme';

// What README tells to do: the words are those on the screen.
const [open, choose, connect, look, change] = stepsOf('The first cluster, in a minute');
const [TITLE, NEW_CLUSTER] = open.words;
const [START] = choose.words;
const [CONNECT] = connect.words;
const [PLOT] = look.words;
const [FEWER, MORE, STOP] = change.words;
const NAME = 'ocean';

test.use({
  // Galata goes to a folder of its own that it makes at /api/contents: not there where Jupyter has a base URL.
  autoGoto: false,
  // The page reloads into its own workspace, so that what comes back is what was open.
  mockState: false,
  tmpPath: '',
  kernels: null,
  sessions: null
});

/** The form as its user fills it. */
async function createCluster(page: IJupyterLabPageFixture): Promise<void> {
  await page.sidebar.openTab('jupyter-dask-slurm-panel');
  await page
    .getByRole('region', { name: TITLE })
    .getByRole('button', { name: NEW_CLUSTER, exact: true })
    .click();
  await page.getByLabel('Name', { exact: true }).fill(NAME);
  await page.getByLabel('Jobs', { exact: true }).fill('2');
  await page.getByLabel('Cores per job').fill('2');
  await unfold(page, 'Workers');
  await page.getByLabel('Workers per job').fill('1');
  await page.getByLabel('Memory per job').fill('1 GB');
  await page.getByLabel('Walltime', { exact: true }).fill('00:30:00');
  await page.getByRole('button', { name: START, exact: true }).dblclick();
}

test('from a click to a result, and back to an empty queue', async ({ page }) => {
  const card = page.getByRole('listitem', { name: NAME });
  await page.goto('?reset');

  await test.step('a double click on "Start" makes one cluster, whose workers connect', async () => {
    await createCluster(page);
    await expect(card.getByText('2 workers', { exact: true })).toBeVisible({ timeout: 90_000 });
    await expect(page.getByRole('list', { name: 'Clusters' }).getByRole('listitem')).toHaveCount(1);
  });

  await test.step('its code computes on the workers', async () => {
    await page.notebook.createNew('story.ipynb');
    await page.notebook.setCell(0, 'code', 'typed = "stays"');
    await card.getByRole('button', { name: CONNECT }).click();
    await expect(page.locator('.jp-Notebook .jp-Cell')).toHaveCount(2);
    expect(await page.notebook.getCellTextInput(0)).toBe('typed = "stays"');
    expect(await page.notebook.getCellTextInput(1)).toBe(connect.code);
    // Less of it: 20 GB of numbers would take these workers minutes.
    await page.notebook.addCell('code', look.code.replace(/\d+_000/g, '1_000'));
    await page.notebook.run();
    const [mean] = (await page.notebook.getCellTextOutput(2)) ?? [];
    expect(Number(/0\.\d+/.exec(mean)?.[0])).toBeCloseTo(0.5, 1);
    await page.notebook.save();
  });

  await test.step('a dashboard draws, and is there again after a reload', async () => {
    const plots = page.getByRole('list', { name: `Dashboards of ${NAME}` });
    await plots.getByRole('button', { name: PLOT, exact: true }).click();
    const canvas = pageIn(page, `${PLOT} — ${NAME}`).locator('canvas').first();
    await expect(canvas).toBeVisible({ timeout: 90_000 });
    await page.evaluate(() => window.location.reload());
    await expect(canvas).toBeVisible({ timeout: 90_000 });
    await expect(card.getByText('2 workers', { exact: true })).toBeVisible();
  });

  await test.step('another number of jobs', async () => {
    const jobs = card.getByLabel('Number of jobs');
    await card.getByText(MORE, { exact: true }).click();
    await expect(jobs).toHaveValue('3');
    await card.getByText(FEWER, { exact: true }).click();
    await expect(jobs).toHaveValue('2');
  });

  await test.step('stopping asks first, and leaves no job', async () => {
    await card.getByRole('button', { name: STOP }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Stop' }).click();
    await expect(card).toHaveCount(0, { timeout: 90_000 });
    await expect(page.getByText(`The cluster ${NAME} is no longer there.`)).toBeVisible();
    await page.notebook.activate('story.ipynb');
    await page.notebook.addCell('code', 'import subprocess; subprocess.check_output(["squeue", "-h"])');
    await page.notebook.runCell(3);
    expect(await page.notebook.getCellTextOutput(3)).toEqual(["b''"]);
  });
});
