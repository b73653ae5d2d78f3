import { expect, test } from '@jupyterlab/galata';
import type { Frame } from '@playwright/test';

import { openPanel, startCluster, stopClusters } from '../clusters';
import { elsewhere, hostilePage, WAYS_OUT } from '../elsewhere';
import { follow, innermost, pageIn } from '../frames';

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
        // What is held back without a word is not got either.
        await Promise.race([attempt(), new Promise((_, reject) => setTimeout(reject, 3_000))]);
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
  await expect(pageIn(page, 'Progress — vault').locator('canvas').first()).toBeVisible({ timeout: 90_000 });
  expect(await loot(await innermost(page, 'Progress — vault'), baseURL ?? '')).toEqual([]);

  await test.step('links are followed in the pane', async () => {
    await panel
      .getByRole('list', { name: 'Dashboards of vault' })
      .getByRole('button', { name: 'Status', exact: true })
      .click();
    const status = pageIn(page, 'Status — vault');
    await follow(status.getByRole('link', { name: 'Workers', exact: true }), () =>
      expect(status.getByText('nthreads').first()).toBeVisible()
    );
  });

  await test.step('a window of its own shows the page as a pane does, and follows links', async () => {
    const own = await page.context().newPage();
    const shown = pageIn(own, 'Dask dashboard');
    await own.goto(`${baseURL}/dask-slurm/clusters/${id}/dashboard/status`);
    await expect(shown.locator('canvas').first()).toBeVisible({ timeout: 90_000 });
    expect(await loot(await innermost(own, 'Dask dashboard'), baseURL ?? '')).toEqual([]);
    // A click counts for five seconds, which a busy machine may let pass.
    await follow(shown.getByRole('link', { name: 'Workers', exact: true }), () =>
      expect(own).toHaveURL(/dashboard\/workers$/)
    );
    await own.goBack();
    await expect(own).toHaveURL(/dashboard\/status$/);
    await expect(shown.locator('canvas').first()).toBeVisible({ timeout: 90_000 });
    await own.close();
  });

  await test.step('no file of a dashboard becomes a service worker', async () => {
    const script = `${baseURL}/dask-slurm/clusters/${id}/dashboard/static/js/bokeh.min.js`;
    const registered = page.evaluate(
      url => navigator.serviceWorker.register(url).then(() => 'registered', String),
      script
    );
    expect(await registered).toContain('Error');
  });
});

test('a hostile page neither leads its frame elsewhere nor sends anything', async ({
  page,
  request,
  baseURL,
  browser
}) => {
  await page.goto();
  const { id } = await startCluster(request, 'siren', 0, {}, 'local');
  const place = `${baseURL}/dask-slurm/clusters/${id}/dashboard/hostile-`;
  const there = await elsewhere();
  const tried: string[] = [];
  page.context().on('console', message => tried.push(message.text()));
  // What a scheduler could answer; windows and frames come from Jupyter.
  await page.context().route(/hostile-|free-/, route => {
    const url = route.request().url();
    const way = /-(\w+)[^-]*$/.exec(url)?.[1] ?? '';
    return route.request().isNavigationRequest() && url.startsWith(place)
      ? route.continue()
      : route.fulfill({ contentType: 'text/html', body: hostilePage(way, there) });
  });
  const tabs = () => page.context().pages().length;

  await test.step('in a page that is not confined, it does', async () => {
    const free = await page.context().newPage();
    await free.goto(`${baseURL}/free-location`).catch(() => null);
    await expect.poll(() => there.requests).toContain('/location');
    await free.close();
    there.forget();
  });

  for (const way of Object.keys(WAYS_OUT)) {
    await test.step(way, async () => {
      const before = tabs();
      tried.length = 0;
      await page.evaluate(
        args => window.jupyterapp.commands.execute('dask-slurm:open-dashboard', args).then(() => {}),
        {
          cluster: id,
          plot: `hostile-${way}`
        }
      );
      await expect.poll(() => tried, { timeout: 60_000 }).toContain(`tries ${way}`);
      await page.evaluate(() => window.jupyterapp.shell.currentWidget?.close());
      tried.length = 0;
      const own = await page.context().newPage();
      await own.goto(place + way);
      await expect.poll(() => tried, { timeout: 60_000 }).toContain(`tries ${way}`);
      expect(own.url()).toBe(place + way);
      expect(tabs()).toBe(before + 1);
      await own.close();
    });
  }
  // All of them have had their time, and a browser that is asked once more has answered.
  await page.evaluate(url => fetch(url).then(answer => answer.text()), `${baseURL}/api`);
  expect(there.requests).toEqual([]);
  // Nor does it look a name up or connect, where the browser knows how to forbid that.
  if (parseInt(browser.version()) >= 156) {
    expect(there.contacts()).toBe(0);
  }
  there.close();
});

test('a link to another site is asked about, with its address, and only after a click', async ({
  page,
  request,
  baseURL
}) => {
  await page.goto();
  const { id } = await startCluster(request, 'quay', 0, {}, 'local');
  const links = `<a href="https://docs.example/a?b#c">secure</a> <a href="http://docs.example/">plain</a>
    <a href="https://jupyter.org@docs.example/">deceiving</a>`;
  const clicks = `${links}<script>setInterval(() => document.querySelector('a').click(), 50);
    setTimeout(() => console.log('clicked'), 500)</script>`;
  await page.context().route(/dashboard\/(links|clicks)/, route =>
    route.request().isNavigationRequest()
      ? route.continue()
      : route.fulfill({
          contentType: 'text/html',
          body: route.request().url().includes('/links') ? links : clicks
        })
  );
  await page.context().route('https://docs.example/**', route => route.fulfill({ body: 'there' }));
  const open = (plot: string) =>
    page.evaluate(
      args => window.jupyterapp.commands.execute('dask-slurm:open-dashboard', args).then(() => {}),
      {
        cluster: id,
        plot,
        title: plot
      }
    );
  const question = page.getByRole('dialog');

  await test.step('a script that clicks, while its user works elsewhere in JupyterLab', async () => {
    const clicked = page.waitForEvent('console', message => message.text() === 'clicked');
    await open('clicks');
    await page.getByRole('tab', { name: 'clicks — quay' }).click();
    await clicked;
    await expect(question).toHaveCount(0);
    await page.evaluate(() => window.jupyterapp.shell.currentWidget?.close());
  });

  await test.step('in a pane', async () => {
    await open('links');
    const shown = pageIn(page, 'links — quay');
    await shown.getByText('plain').click();
    await shown.getByText('deceiving').click();
    await shown.getByText('secure').click();
    await expect(question).toContainText('https://docs.example/a?b#c');
    const opened = page.context().waitForEvent('page');
    await question.getByRole('button', { name: 'Open' }).click();
    await expect(await opened).toHaveURL('https://docs.example/a?b#c');
    await expect(question).toHaveCount(0);
  });

  await test.step('in a window of its own', async () => {
    const own = await page.context().newPage();
    await own.goto(`${baseURL}/dask-slurm/clusters/${id}/dashboard/links`);
    await pageIn(own, 'Dask dashboard').getByText('secure').click();
    const bar = own.getByRole('alertdialog');
    await expect(bar).toContainText('docs.example');
    const opened = page.context().waitForEvent('page');
    await bar.getByRole('link', { name: 'https://docs.example/a?b#c' }).click();
    await expect(await opened).toHaveURL('https://docs.example/a?b#c');
    await own.close();
  });
});
