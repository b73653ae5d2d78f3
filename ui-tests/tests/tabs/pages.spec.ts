import { expect, test } from '@jupyterlab/galata';
import type { BrowserContext, Frame, Page } from '@playwright/test';

import { plotTable } from '../../../src/dashboards/plotTable';
import { ICluster, startCluster, stopClusters } from '../clusters';

test.use({ autoGoto: true, kernels: null, sessions: null });
test.afterEach(async ({ page, request }) => {
  await page.kernel.shutdownAll();
  await stopClusters(request);
});

/** So many pages are drawn at a time. */
const AT_ONCE = 3;
/** Names in nobody's language: the paths are what is meant. */
const WORDS = { __: (text: string) => text } as Parameters<typeof plotTable>[0];

/** Tasks for as long as the story lasts: some of them move data, one function fails. */
const WORK = `
import time

def step(x, y):
    time.sleep(0.2)
    return bytes(200_000)

def fail(x):
    raise ValueError("as it is wanted")

first = client.map(step, range(40), range(40))
client.map(step, first, first[::-1])
client.map(fail, range(2), retries=0)
client.map(step, range(2_000), range(2_000), key="later")
None
`;

/** What a page shows: figures, a table, or sentences; nothing before it is there. */
async function seen(frame: Frame): Promise<string> {
  return frame.evaluate(() => {
    const found: string[] = [];
    const look = (root: Document | ShadowRoot) => {
      for (const element of Array.from(root.querySelectorAll('*'))) {
        const { width, height } = element.getBoundingClientRect();
        const isFigure = /^(canvas|svg|table)$/i.test(element.tagName) || element.matches('.slick-viewport');
        if (isFigure && width > 40 && height > 20) {
          found.push(element.tagName.toLowerCase());
        }
        if (element.shadowRoot) {
          look(element.shadowRoot);
        }
      }
    };
    look(document);
    const [sentence] = /\p{Lu}[^.]{20,}\./u.exec(document.body?.innerText ?? '') ?? [];
    return found[0] ?? sentence ?? '';
  });
}

/** Draw one page in a window of its own. @returns what is wrong with it, in words. */
async function draw(page: Page, address: string): Promise<string[]> {
  const wrong: string[] = [];
  page.on('console', message => {
    if (message.type() === 'error') {
      wrong.push(`${message.text()} (${message.location().url})`);
    }
  });
  page.on('pageerror', error => wrong.push(error.message));
  await page.goto(address);
  const shows = async () => {
    const inner = page.frames().find(frame => frame.parentFrame()?.parentFrame() === page.mainFrame());
    // The frame goes while the page comes.
    return inner ? seen(inner).catch(() => '') : '';
  };
  await expect
    .poll(shows, { timeout: 30_000 })
    .not.toBe('')
    .catch(() => wrong.push('It stays empty.'));
  return wrong;
}

/** Draw pages, some at a time. @returns those with which something is wrong. */
async function drawAll(context: BrowserContext, base: string, paths: string[]): Promise<string[]> {
  const left = [...paths];
  const wrong: string[] = [];
  const next = async (): Promise<void> => {
    for (let path = left.shift(); path !== undefined; path = left.shift()) {
      const page = await context.newPage();
      wrong.push(...(await draw(page, `${base}/${path}`)).map(words => `${path}: ${words}`));
      await page.close();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  return wrong;
}

test('each page of the dashboard draws a figure or says why not, and the console is silent @nightly', async ({
  page,
  request,
  baseURL
}) => {
  const { id, name } = await startCluster(request, 'gallery', 1);
  await page.notebook.createNew();
  await page.notebook.setCell(
    0,
    'code',
    `from jupyter_dask_slurm import connect\nclient = connect("${name}")\nclient.wait_for_workers(1)${WORK}`
  );
  const status = async () => {
    const answer = await request.get(`/dask-slurm/api/clusters/${id}`);
    return ((await answer.json()) as ICluster).status;
  };
  await expect.poll(status, { timeout: 90_000 }).toBe('running');
  await page.notebook.runCell(0, true);

  const base = `${baseURL}/dask-slurm/clusters/${id}/dashboard`;
  const paths = [...plotTable(WORDS)].filter(([, { group }]) => group !== 'gpu').map(([path]) => path);
  expect(paths.length).toBeGreaterThan(25);
  expect(await drawAll(page.context(), base, paths)).toEqual([]);
});
