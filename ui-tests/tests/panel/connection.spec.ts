import { expect, test } from '@jupyterlab/galata';
import type { JupyterLabPage } from '@jupyterlab/galata';
import type { Page } from '@playwright/test';
import { ChildProcess, spawn } from 'child_process';
import { once } from 'events';
import { mkdirSync, mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';

import { freePort } from '../../freePort';
import { cardOf, openPanel, startCluster, stopClusters } from '../clusters';
import { pageIn } from '../frames';
import { choose, itemOf } from '../notebookItem';

/** Beside the Jupyter server of all other stories: this one is killed. */
const PORT = freePort();
const URL = `http://127.0.0.1:${PORT}`;
/** Its controller lives in a job: neither this Jupyter nor this host has any part in it. */
const IN_A_JOB = { cores: 1, controller_placement: 'job', controller_memory: '500 MB', memory: '500 MB' };
const NOTEBOOK = 'goes-on.ipynb';

// Galata's stand-ins for lists of Jupyter fail a test when Jupyter does not answer, and here it does not.
test.use({ autoGoto: false, baseURL: URL, tmpPath: '', kernels: null, sessions: null, terminals: null });

let folder: string;
let slurm: ChildProcess | undefined;
let conf: string;
let jupyter: ChildProcess | undefined;

/** Start a Slurm that is there until its input ends, whatever becomes of Jupyter. */
async function startSlurm(): Promise<void> {
  const command = ['-m', 'tests.slurm', '--', 'sh', '-c', 'echo "$SLURM_CONF"; exec cat'];
  const started = spawn('python', command, { cwd: join(__dirname, '..', '..', '..') });
  slurm = started;
  let words = '';
  started.stderr.on('data', (said: Buffer) => (words += said.toString()));
  conf = await new Promise<string>((resolve, reject) => {
    started.stdout.once('data', (said: Buffer) => resolve(said.toString().trim()));
    started.once('error', reject);
    started.once('exit', () => reject(new Error(`Slurm has not started. ${words}`)));
  });
}

/** Start Jupyter with the clusters of this story, and wait until it answers. */
async function startJupyter(): Promise<void> {
  const config = join(__dirname, '..', '..', 'jupyter_server_test_config.py');
  const place = [`--port=${PORT}`, '--ServerApp.port_retries=0'];
  const shared = `--DaskSlurmExtension.shared_directory=${join(folder, 'clusters')}`;
  const root = `--ServerApp.root_dir=${join(folder, 'work')}`;
  const env = { ...process.env, SLURM_CONF: conf };
  jupyter = spawn('jupyter', ['lab', '--config', config, ...place, shared, root], { stdio: 'ignore', env });
  await expect.poll(answers, { timeout: 120_000 }).toBe(true);
}

/** @returns whether Jupyter answers. */
function answers(): Promise<boolean> {
  return fetch(`${URL}/api`).then(
    answer => answer.ok,
    () => false
  );
}

/** Resolves when a process is no longer there, which may have ended before, or never been. */
async function ended(child: ChildProcess | undefined): Promise<void> {
  if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    await once(child, 'exit');
  }
}

test.beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dask-slurm-ui-'));
  mkdirSync(join(folder, 'work'));
  await startSlurm();
  await startJupyter();
});

// Wherever the story has failed: what it has started ends, so that no other meets it.
test.afterEach(async ({ request }) => {
  try {
    if (await answers()) {
      await stopClusters(request);
    }
  } finally {
    jupyter?.kill('SIGTERM');
    await ended(jupyter);
    slurm?.stdin?.end();
    await ended(slurm);
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Lose what JupyterLab asks a kernel first, as it is lost where not all channels of that are there yet. */
async function loseFirstQuestion(page: Page): Promise<void> {
  await page.routeWebSocket(/\/api\/kernels\/.*\/channels/, socket => {
    let isLost = false;
    const kernel = socket.connectToServer();
    socket.onMessage(message => {
      if (isLost || !message.includes('kernel_info_request')) {
        kernel.send(message);
      }
      isLost ||= message.includes('kernel_info_request');
    });
  });
}

test('Jupyter is killed while the page is open: the panel says so, and heals; its notebook goes on', async ({
  page,
  request
}) => {
  await page.goto();
  const panel = await openPanel(page);
  const { id } = await startCluster(request, 'rock', 1, IN_A_JOB);
  const card = cardOf(page, 'rock');
  await expect(card.getByText('1 worker', { exact: true })).toBeVisible({ timeout: 120_000 });
  await page.notebook.createNew(NOTEBOOK);
  await choose(page, 'Attach to rock');
  await expect(itemOf(page)).toHaveText('rock', { timeout: 60_000 });
  await choose(page, 'Attach Automatically');
  await page.notebook.setCell(0, 'code', 'client.submit(sum, [1, 2]).result()');
  await page.notebook.save();
  const pane = page.getByRole('tabpanel', { name: 'Status — rock' });
  const canvas = pageIn(page, 'Status — rock').locator('canvas').first();
  await card.getByRole('button', { name: 'Dashboard', exact: true }).click();
  await expect(canvas).toBeVisible({ timeout: 90_000 });

  await test.step('lost', async () => {
    jupyter?.kill('SIGKILL');
    await ended(jupyter);
    await expect(panel.getByRole('alert')).toContainText('out of date', { timeout: 90_000 });
    await expect(card).toBeVisible();
    await expect(pane.getByRole('status')).toContainText('out of date');
  });

  await test.step('there again, and so is the cluster', async () => {
    await startJupyter();
    await expect(panel.getByRole('alert')).toHaveCount(0, { timeout: 90_000 });
    await expect(card).toHaveAttribute('data-cluster', id);
    await expect(card.getByText('1 worker', { exact: true })).toBeVisible();
    await expect(pane.getByRole('status')).toBeHidden();
    await expect(canvas).toBeVisible({ timeout: 90_000 });
  });

  await test.step('the notebook has a kernel again, and that the same cluster', async () => {
    await loseFirstQuestion(page);
    // Galata's own, which knows that its helpers must be loaded again.
    await (page as Pick<JupyterLabPage, 'reload'>).reload({ waitForIsReady: false });
    // JupyterLab restores it, behind the dashboard.
    await page.getByRole('main').getByRole('tab', { name: NOTEBOOK }).click();
    await expect(itemOf(page)).toHaveText('rock', { timeout: 90_000 });
    const output = async () => {
      await page.notebook.runCell(0, true);
      return page.notebook.getCellTextOutput(0);
    };
    // Its new kernel may still be being connected.
    await expect.poll(output, { timeout: 60_000 }).toEqual(['3']);
  });
});
