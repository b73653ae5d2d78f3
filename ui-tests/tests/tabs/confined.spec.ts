import { expect, test } from '@jupyterlab/galata';
import type { Frame } from '@playwright/test';

import { openPanel, startCluster, stopClusters } from '../clusters';

test.use({ autoGoto: false, tmpPath: '', kernels: null, sessions: null });
test.afterEach(({ request }) => stopClusters(request));

/** What a script of a dashboard page can get hold of that is Jupyter's: nothing, or how it got it. */
async function loot(frame: Frame, jupyter: string): Promise<string[]> {
  return frame.evaluate(async url => {
    const tries: Record<string, () => unknown> = {
      parent: () => window.parent.document.title,
      top: () => window.top?.document.title,
      cookies: () => document.cookie,
      storage: () => window.localStorage.length,
      fetch: async () => (await fetch(`${url}/api/contents`)).status,
      'fetch without cors': () => fetch(`${url}/api/contents`, { mode: 'no-cors' }),
      socket: () =>
        new Promise((resolve, reject) => {
          const inner = document.createElement('iframe');
          document.body.append(inner);
          const Socket = (inner.contentWindow as unknown as { WebSocket: typeof WebSocket }).WebSocket;
          const socket = new Socket(url.replace('http', 'ws') + '/api/events/subscribe');
          socket.onopen = resolve;
          socket.onerror = reject;
        }),
      image: () =>
        new Promise((resolve, reject) => {
          const image = new Image();
          image.onload = resolve;
          image.onerror = reject;
          image.src = `${url}/static/favicons/favicon.ico`;
        })
    };
    const got: string[] = [];
    for (const [name, attempt] of Object.entries(tries)) {
      try {
        await attempt();
        got.push(name);
      } catch {
        // Refused.
      }
    }
    return got;
  }, jupyter);
}

test('a dashboard draws in a pane from which its scripts reach nothing of Jupyter', async ({
  page,
  request,
  baseURL
}) => {
  await page.goto();
  const panel = await openPanel(page);
  const { id } = await startCluster(request, 'vault', 1);
  await panel
    .getByRole('list', { name: 'Dashboards of vault' })
    .getByRole('button', { name: 'Progress', exact: true })
    .click();
  const element = page.locator('iframe[title="Progress — vault"]');
  await expect(element.contentFrame().locator('canvas').first()).toBeVisible({ timeout: 90_000 });
  const frame = await (await element.elementHandle())?.contentFrame();
  expect(frame && (await loot(frame, baseURL ?? ''))).toEqual([]);

  await test.step('links are followed in the pane', async () => {
    await panel
      .getByRole('list', { name: 'Dashboards of vault' })
      .getByRole('button', { name: 'Status', exact: true })
      .click();
    const status = page.locator('iframe[title="Status — vault"]').contentFrame();
    await status.getByRole('link', { name: 'Workers', exact: true }).click();
    await expect(status.getByText('nthreads').first()).toBeVisible({ timeout: 90_000 });
  });

  await test.step('a page in a window of its own draws, and reads no other address of Jupyter', async () => {
    const own = await page.context().newPage();
    await own.goto(`${baseURL}/dask-slurm/clusters/${id}/dashboard/individual-progress`);
    await expect(own.locator('canvas').first()).toBeVisible({ timeout: 90_000 });
    const read = (path: string) =>
      own.evaluate(
        address =>
          fetch(address).then(
            answer => answer.status,
            () => 'refused'
          ),
        path
      );
    expect(await read('individual-plots.json')).toBe(200);
    expect(await read('/api/contents')).toBe('refused');
    expect(await read('/dask-slurm/api/clusters')).toBe('refused');
    await own.close();
  });
});
