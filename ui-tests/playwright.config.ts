import type { PlaywrightTestConfig } from '@playwright/test';
import { join } from 'path';

import { freePort } from './freePort';

/**
 * `PORT=8888 jlpm test` runs on a JupyterLab that is up already, while developing. `JUPYTER_URL`, without a
 * slash at its end, names one anywhere, and `JUPYTER_LOGIN` a file with the cookies of who has logged in there.
 */
const { JUPYTER_URL, JUPYTER_LOGIN } = process.env;
// Playwright's own processes read this file again: they find the port in their environment.
const PORT = JUPYTER_URL ? '' : (process.env.PORT ?? (process.env.FREE_PORT ??= freePort()));
/** On a Jupyter that `tests/labs` starts. */
const PLAIN = ['plain.spec.ts', 'plainNotebook.spec.ts'];
/** In the titles of stories that are told at night. */
const NIGHTLY = /@nightly/;
const CHROMIUM_ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync'
];

/** Stories that need what other tests set up for them. */
const APART = ['pictures.spec.ts', 'moves.spec.ts', ...PLAIN];

/**
 * JupyterLab on a private Slurm, which ends with it; Debian's Chromium, for there is no other to download, without
 * what draws its windows: stories take a quarter less CPU.
 */
const config: PlaywrightTestConfig = {
  reporter: [['list']],
  // For machines that are slow and busy: what is right comes sooner.
  timeout: 400_000,
  expect: { timeout: 20_000 },
  projects: [
    { name: 'stories', testIgnore: APART, grepInvert: NIGHTLY },
    // Those that are too long for every commit; `scripts/nightly` tells them.
    { name: 'nightly', testIgnore: APART, grep: NIGHTLY },
    { name: 'plain', testMatch: PLAIN },
    // On hosts that `tests/hosts` makes.
    { name: 'moves', testMatch: 'moves.spec.ts' },
    // Makes what the documentation shows; says nothing about whether it works.
    { name: 'pictures', testMatch: 'pictures.spec.ts' }
  ],
  // One JupyterLab and one Slurm for all stories: they list each other's clusters.
  workers: 1,
  use: {
    baseURL: JUPYTER_URL ?? `http://127.0.0.1:${PORT}`,
    // A click that hangs fails by itself, and says which; the whole story's time is for all of them.
    actionTimeout: 60_000,
    // Of a host of the tests, which no authority knows.
    ignoreHTTPSErrors: JUPYTER_URL !== undefined,
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium-headless-shell',
      args: CHROMIUM_ARGUMENTS
    },
    storageState: JUPYTER_LOGIN,
    // A trace of every story costs a sixth of its CPU: the second try of one that failed has it.
    trace: 'on-first-retry',
    video: 'off',
    viewport: { width: 1200, height: 800 }
  },
  webServer: JUPYTER_URL
    ? undefined
    : {
        command: `python -m tests.slurm -- jupyter lab --config ui-tests/jupyter_server_test_config.py --port ${PORT} --ServerApp.port_retries=0`,
        cwd: join(__dirname, '..'),
        // Its controllers and workers are forked; those of stories that start a Jupyter of their own begin as for users.
        env: { QUICK_STARTS: 'yes' },
        gracefulShutdown: { signal: 'SIGTERM', timeout: 20_000 },
        reuseExistingServer: process.env.PORT !== undefined,
        stderr: 'ignore',
        url: `http://127.0.0.1:${PORT}/lab`,
        timeout: 120_000
      }
};

export default config;
