import { expect, IJupyterLabPageFixture, test } from '@jupyterlab/galata';
import type { Page } from '@playwright/test';

import { cardOf, openPanel, startCluster, stopClusters } from '../clusters';

test.use({ autoGoto: false, tmpPath: '', kernels: null, sessions: null });
test.afterEach(({ request }) => stopClusters(request));

const CANARY = '/canary-of-the-corpus';

/** What a log line, a reason of Slurm or a profile of the site could hold. */
const CORPUS = [
  `<script>alert(1); fetch('${CANARY}/script')</script>`,
  `<img src="${CANARY}/image" onerror="alert(2)">`,
  `<svg onload="fetch('${CANARY}/svg')"><a href="javascript:alert(3)">here</a></svg>`,
  `<iframe srcdoc="<script>parent.alert(4)</script>"></iframe>`,
  `[here](javascript:alert(5)) ![image](${CANARY}/markdown)`,
  `"><style>@import "${CANARY}/style";</style>`,
  '{{constructor.constructor("alert(6)")()}} ${alert(7)}',
  '\u001b[2J\u001b]8;;javascript:alert(8)\u0007link\u001b]8;;\u0007 \u001b[31mred',
  'from right to left: \u202egnp.exe\u202c \u2066isolated',
  `a very long line ${'x'.repeat(20_000)} and its end`
].join('\n');

/** Have the server's answers of some address carry the corpus in their texts. */
async function poison(page: Page, address: RegExp, change: (answer: never) => unknown): Promise<void> {
  await page.route(address, async route => {
    const response = await route.fetch();
    await route.fulfill({ response, status: 200, json: change((await response.json()) as never) });
  });
}

interface ITold {
  readonly problems: object[];
}

interface ISite {
  readonly slurm: object;
  readonly partitions: object[];
  readonly kernels: object[];
}

interface IWorks {
  readonly jobs?: { readonly working: number };
}

/** @returns what the page has asked for or opened that only a text taken for more than text could. */
function watch(page: Page): string[] {
  const seen: string[] = [];
  page.on('request', request => request.url().includes(CANARY) && seen.push(request.url()));
  page.on('dialog', dialog => {
    seen.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return seen;
}

/** The corpus stands in the page as text, and nothing of it has become an element. */
async function expectText(page: IJupyterLabPageFixture, selector: string): Promise<void> {
  const shown = page.locator(selector).filter({ hasText: 'and its end' }).first();
  await expect(shown).toContainText(`<img src="${CANARY}/image" onerror="alert(2)">`, { timeout: 90_000 });
  expect(await shown.locator('script, img, iframe, style, svg a, a[href^="javascript"]').count()).toBe(0);
}

test('texts from elsewhere stay texts: on the card, in the details, in the form', async ({
  page,
  request
}) => {
  const { id } = await startCluster(request, 'bait', 1, { walltime: null }, 'local');
  const works = async () =>
    ((await (await request.get(`/dask-slurm/api/clusters/${id}`)).json()) as IWorks).jobs?.working;
  await expect.poll(works, { timeout: 60_000 }).toBe(1);
  const seen = watch(page);
  const log = (answer: object) => ({ ...answer, text: CORPUS });
  const about = { code: 'worker_failed', severity: 'error', job_id: null, job_ids: [CORPUS], jobs: 2 };
  const problem = { ...about, since: '2026-11-20T21:00:00Z' };
  const told = { ...problem, message: CORPUS, details: CORPUS, advice: CORPUS };
  // So late that no event that comes later is newer.
  const cluster = (answer: ITold) => ({
    ...answer,
    problems: [told],
    waiting: { reason: CORPUS, reason_text: CORPUS, expected_start_at: null },
    updated_at: '2999-01-01T00:00:00Z'
  });
  await poison(page, /\/api\/clusters(\?|$)/, (answer: ITold[]) => answer.map(cluster));
  await poison(page, /\/clusters\/[^/]+\/jobs(\?|$)/, (answer: object[]) =>
    answer.map(job => ({
      ...job,
      phase: 'queued',
      reason: CORPUS,
      reason_text: CORPUS,
      partition: CORPUS,
      node: CORPUS
    }))
  );
  // Slurm takes any name for a partition or a node, and a kernel has any: tests/security/test_hostile_words.py.
  await poison(page, /\/api\/site(\?|$)/, (answer: ISite) => ({
    ...answer,
    slurm: { ...answer.slurm, cluster_name: CORPUS },
    partitions: answer.partitions.map((partition, index) => ({
      ...partition,
      name: `${index}${CORPUS}`,
      features: [CORPUS],
      allowed: index === 0,
      why_closed: CORPUS
    })),
    kernels: answer.kernels.map(kernel => ({ ...kernel, display_name: CORPUS }))
  }));
  await poison(page, /\/log\?/, log);
  const snippet = { kind: 'job_script', language: 'bash', code: CORPUS, command: [CORPUS] };
  await poison(page, /\/snippet\?/, () => snippet);
  await poison(page, /\/history(\?|$)/, (answer: object[]) =>
    answer.map(entry => ({ ...entry, message: CORPUS }))
  );
  await poison(page, /\/preview(\?|$)/, (answer: object) => ({
    ...answer,
    lines: [{ text: CORPUS, explanation: CORPUS }],
    errors: [{ field: 'options.walltime', message: CORPUS }],
    warnings: [CORPUS]
  }));
  await page.goto();
  const panel = await openPanel(page);

  await test.step('card', async () => {
    await expectText(page, '.jp-DaskSlurmProblems');
    await expectText(page, '.jp-DaskSlurmCard-note');
  });
  await test.step('details', async () => {
    await cardOf(page, 'bait').getByRole('button', { name: 'Jobs', exact: true }).click();
    await expectText(page, '.jp-DaskSlurmDetails');
    for (const [name, selector] of [
      ['Logs', '.jp-DaskSlurmLog'],
      ['Script and code', '.jp-DaskSlurmDetails pre'],
      ['History', '.jp-DaskSlurmDetails [role="tabpanel"]']
    ]) {
      await page.getByRole('tab', { name }).click();
      await expectText(page, selector);
    }
  });
  await test.step('form', async () => {
    await panel.getByRole('button', { name: 'Start a Dask cluster' }).click();
    await expectText(page, '.jp-DaskSlurmForm');
    // Those of the site are choices, and a choice is text.
    const choices = page.locator('.jp-DaskSlurmForm option').filter({ hasText: 'and its end' });
    await expect(choices.first()).toBeAttached();
    const [texts, elements] = [await choices.allTextContents(), await choices.locator('*').count()];
    expect(elements).toBe(0);
    expect(texts.join()).toContain(`<img src="${CANARY}/image" onerror="alert(2)">`);
    // The site, two defaults, at least two partitions and a kernel.
    expect(texts.length).toBeGreaterThan(5);
  });
  expect(seen).toEqual([]);
});
