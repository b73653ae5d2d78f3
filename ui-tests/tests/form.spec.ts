import { expect, IJupyterLabPageFixture, test } from '@jupyterlab/galata';
import type { Locator } from '@playwright/test';

import { cardOf, ICluster, openPanel, stopClusters } from './clusters';

const PROFILE = '/dask-slurm/api/profiles/regrid';

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
const SOON = { timeout: 30_000 };

test.use({ autoGoto: true });

test.beforeEach(async ({ request }) => {
  const options = { cores: 2, processes: 2, memory: '2 GB', job_extra_directives: ['--nice=7'] };
  const answer = await request.put(PROFILE, { data: { options, scaling: { mode: 'manual', jobs: 1 } } });
  expect(answer.status(), await answer.text()).toBe(200);
});
test.afterEach(async ({ request }) => {
  await request.delete(PROFILE);
  await stopClusters(request);
});

async function openForm(page: IJupyterLabPageFixture): Promise<void> {
  const panel = await openPanel(page);
  await panel.getByRole('button', { name: 'New cluster', exact: true }).click();
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

  await test.step('a profile changes the script', async () => {
    await page.getByLabel('Profile', { exact: true }).selectOption('regrid');
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
