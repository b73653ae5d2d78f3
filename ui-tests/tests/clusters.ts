import { expect, IJupyterLabPageFixture } from '@jupyterlab/galata';
import type { APIRequestContext, Locator, Page } from '@playwright/test';

const CLUSTERS = '/dask-slurm/api/clusters';

/** What a story needs of a cluster. */
export interface ICluster {
  readonly id: string;
  readonly name: string;
  readonly status: string;
}

/** A body of POST /clusters with small jobs; for stories that are not about the form. */
export async function startCluster(
  request: APIRequestContext,
  name: string,
  jobs: number,
  options: Record<string, unknown> = {},
  backend = 'slurm'
): Promise<ICluster> {
  const small = { cores: 2, processes: 1, memory: '1 GB', walltime: '00:30:00' };
  const data = { name, backend, scaling: { mode: 'manual', jobs }, options: { ...small, ...options } };
  const answer = await request.post(CLUSTERS, { data });
  expect(answer.status(), await answer.text()).toBe(201);
  return (await answer.json()) as ICluster;
}

/** Stop every cluster and wait until the list is empty, so that stories do not see each other's. */
export async function stopClusters(request: APIRequestContext): Promise<void> {
  const left = async (): Promise<ICluster[]> => (await (await request.get(CLUSTERS)).json()) as ICluster[];
  await expect
    .poll(
      async () => {
        const clusters = await left();
        const stoppable = clusters.filter(({ status }) => status !== 'stopping');
        await Promise.all(stoppable.map(({ id }) => request.delete(`${CLUSTERS}/${id}`)));
        return clusters.length;
      },
      { timeout: 180_000 }
    )
    .toBe(0);
}

/** Show the panel. */
export async function openPanel(page: IJupyterLabPageFixture): Promise<Locator> {
  await page.sidebar.openTab('jupyter-dask-slurm-panel');
  return page.getByRole('region', { name: 'Dask on Slurm' });
}

/** Load the page again, and wait until JupyterLab has put all back: at last it puts in front what was there before. */
export async function reload(page: IJupyterLabPageFixture): Promise<void> {
  await Promise.all([page.waitForEvent('load'), page.evaluate(() => window.location.reload())]);
  const isRestored = async () => {
    const app = window.jupyterapp as typeof window.jupyterapp | undefined;
    await app?.restored;
    return app !== undefined;
  };
  await page.waitForFunction(isRestored, undefined, { timeout: 150_000 });
}

/** Unfold a group of the form's fields. */
export async function unfold(page: Page, group: string): Promise<void> {
  await page.locator('.jp-DaskSlurmForm-more > summary', { hasText: group }).click();
}

/** The card of a cluster in the panel. */
export function cardOf(page: IJupyterLabPageFixture, name: string): Locator {
  return page.getByRole('list', { name: 'Clusters' }).getByRole('listitem', { name, exact: true });
}
