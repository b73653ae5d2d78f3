import { expect, IJupyterLabPageFixture, test } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';

import { cardOf, ICluster, openPanel, stopClusters } from '../clusters';

const PROFILE = '/dask-slurm/api/profiles/regrid';
/** One that the form saves. */
const SAVED = '/dask-slurm/api/profiles/surge';

/** Of the job that is started below: partition, walltime, size and one of the profile's own directives. */
const PROPERTIES = [
  'Partition=short',
  'TimeLimit=00:07:00',
  'NumCPUs=2',
  'NumTasks=1',
  'CPUs/Task=2',
  'MinMemoryNode=2G',
  'Nice=7'
];
/** The first preview waits for a Python with Dask in it. */
const SOON = { timeout: 90_000 };

test.use({ autoGoto: true });

test.beforeEach(async ({ request }) => {
  const options = { cores: 2, processes: 2, memory: '2 GB', job_extra_directives: ['--nice=7'] };
  const answer = await request.put(PROFILE, { data: { options, scaling: { mode: 'manual', jobs: 1 } } });
  expect(answer.status(), await answer.text()).toBe(200);
});
test.afterEach(async ({ request }) => {
  await Promise.all([PROFILE, SAVED].map(path => request.delete(path)));
  await stopClusters(request);
});

async function openForm(page: IJupyterLabPageFixture): Promise<void> {
  const panel = await openPanel(page);
  await panel.getByRole('button', { name: 'Start a Dask cluster' }).click();
}

/** What `scontrol show job` says of all jobs, asked from a notebook's kernel: Slurm is private to these tests. */
async function slurmJobs(page: IJupyterLabPageFixture): Promise<string> {
  await page.notebook.createNew('slurm.ipynb');
  await page.notebook.setCell(0, 'code', '!scontrol --oneliner show job');
  await page.notebook.run();
  return (await page.notebook.getCellTextOutput(0))?.join('') ?? '';
}

test('what the form says is what Slurm gets', async ({ page, request }) => {
  await openForm(page);
  const script = page.getByRole('region', { name: 'What is sent to Slurm' });
  const walltime = page.getByLabel('Walltime', { exact: true });
  const field: Locator = page.locator('.jp-DaskSlurmField', { has: walltime });

  await test.step('a walltime beyond the partition is refused where it is typed', async () => {
    await page.getByLabel('Name', { exact: true }).fill('gale');
    await page.getByLabel('Partition', { exact: true }).selectOption('short');
    await walltime.fill('2-00:00:00');
    await expect(field.getByRole('alert')).toContainText('short', SOON);
    await expect(field.getByRole('alert')).toContainText('00:10:00');
  });

  await test.step('what is malformed is red all at once, and the fields are named', async () => {
    const name = page.getByLabel('Name', { exact: true });
    const memory = page.getByLabel('Memory per job', { exact: true });
    await name.fill('my cluster!');
    await memory.fill('lots');
    await expect(page.locator('.jp-DaskSlurmField-error')).toHaveCount(3, SOON);
    await expect(page.getByText('3 fields need your attention')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Copy job script' })).toBeDisabled();
    await page.getByRole('status').getByRole('button', { name: 'Memory per job' }).click();
    await expect(memory).toBeFocused();
    await memory.fill('');
    await expect(memory).toHaveAttribute('placeholder', '8 GB');
    await name.fill('gale');
  });

  await test.step('a profile changes the script', async () => {
    await page.getByLabel('Profile', { exact: true }).selectOption('regrid');
    await script.getByText('Script, line by line').click();
    await expect(script.getByText('#SBATCH --nice=7', { exact: true })).toBeVisible(SOON);
    await expect(script.getByText('#SBATCH --cpus-per-task=2', { exact: true })).toBeVisible(SOON);
  });

  await test.step('mended, it starts', async () => {
    await page.getByLabel('Partition', { exact: true }).selectOption('short');
    await walltime.fill('00:07:00');
    await expect(script.getByText('#SBATCH -p short', { exact: true })).toBeVisible(SOON);
    await expect(script.getByText('#SBATCH -t 00:07:00', { exact: true })).toBeVisible(SOON);
    await expect(field.getByRole('alert')).toHaveCount(0, SOON);
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await expect(cardOf(page, 'gale').getByText('2 workers', { exact: true })).toBeVisible({
      timeout: 60_000
    });
  });

  await test.step('and the job in Slurm has exactly these properties', async () => {
    const [{ id }] = (await (await request.get('/dask-slurm/api/clusters')).json()) as ICluster[];
    const jobs = await slurmJobs(page);
    // Ended jobs of other stories are still known to Slurm.
    const ours = jobs.split('\n').filter(job => job.includes(` JobName=jds-${id}-0 `));
    expect(ours, jobs).toHaveLength(1);
    for (const property of PROPERTIES) {
      expect(` ${ours[0]} `).toContain(` ${property} `);
    }
  });
});

test('a form is kept as a profile, taken along, and begun again', async ({ page, context, request }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await openForm(page);
  const profile = page.getByLabel('Profile', { exact: true });
  const walltime = page.getByLabel('Walltime', { exact: true });

  await test.step('under a name, which is then chosen; a name of the site is refused where it is typed', async () => {
    await walltime.fill('00:06:00');
    await page.getByRole('button', { name: 'Save as profile…' }).click();
    const save = page.getByRole('group', { name: 'Save as profile' });
    const name = save.getByLabel('Profile name');
    await name.fill('-');
    await name.press('Enter');
    await expect(save.getByRole('alert')).toContainText('letter or digit', SOON);
    await name.fill('surge');
    await save.getByLabel('Profile description').fill('Six minutes');
    await save.getByRole('button', { name: 'Save profile' }).click();
    await expect(profile).toHaveValue('surge', SOON);
    const saved = await request.get(SAVED);
    expect(await saved.json()).toMatchObject({
      options: { walltime: '00:06:00' },
      description: 'Six minutes'
    });
  });

  await test.step('as YAML', async () => {
    await page.getByRole('button', { name: 'Copy as YAML for ~/.config/dask' }).click();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toContain('jobqueue:');
    expect(copied).toContain('walltime: 00:06:00');
  });

  await test.step('removed after a question; what it filled in stays, until the form is reset', async () => {
    await page.getByRole('button', { name: 'Delete profile surge…' }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await expect(profile).toHaveValue('', SOON);
    await expect(walltime).toHaveValue('00:06:00');
    expect((await request.get(SAVED)).status()).toBe(404);
    await page.getByRole('button', { name: 'Reset' }).click();
    await expect(walltime).toHaveValue('');
  });
});

test('the next form begins with the last choices, and with the kernel at hand', async ({ page }) => {
  await page.notebook.createNew('kernel.ipynb');
  await openForm(page);
  await expect(page.getByLabel('Kernel', { exact: true })).toHaveValue('python3', SOON);

  await test.step('from the first field to a cluster by keyboard alone', async () => {
    await page.getByLabel('Jobs', { exact: true }).fill('0');
    await page.getByLabel('Walltime', { exact: true }).fill('00:06:00');
    await page.getByLabel('Profile', { exact: true }).focus();
    const start = page.getByRole('button', { name: 'Start', exact: true });
    const isAtStart = () => start.evaluate(button => button === document.activeElement);
    for (let tabs = 0; tabs < 40 && !(await isAtStart()); tabs++) {
      await page.keyboard.press('Tab');
    }
    await expect(start).toBeFocused();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('list', { name: 'Clusters' }).getByRole('listitem')).toHaveCount(1, SOON);
  });

  await test.step('which the next form remembers, until it is reset', async () => {
    await openForm(page);
    const walltime = page.getByLabel('Walltime', { exact: true });
    await expect(walltime).toHaveValue('00:06:00', SOON);
    await expect(page.getByLabel('Name', { exact: true })).toHaveValue('');
    await page.getByRole('button', { name: 'Reset' }).click();
    await expect(walltime).toHaveValue('');
  });
});
