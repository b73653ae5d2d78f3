import { ClusterClient } from '../../api/client';
import * as read from '../../api/contract';
import { RequestError } from '../../api/requestError';
import { german } from '../german';
import { sample } from '../samples';
import { TestServer } from '../server';

const running = sample('cluster-running');
const CLUSTERS = 'dask-slurm/api/clusters';
const OCEAN = `${CLUSTERS}/ocean-3f9c`;

describe('ClusterClient', () => {
  let server: TestServer;
  let client: ClusterClient;

  beforeEach(async () => {
    server = await TestServer.start();
    client = new ClusterClient(server.settings, german);
  });

  afterEach(() => server.stop());

  it('lists clusters', async () => {
    server.answers.set(`GET ${CLUSTERS}`, [200, [running]]);
    const [cluster] = await client.list();
    expect(cluster.name).toBe('ocean');
  });

  it('creates one with just what was asked', async () => {
    server.answers.set(`POST ${CLUSTERS}`, [201, running]);
    const request = { name: 'ocean', scaling: { mode: 'manual', jobs: 4 }, options: { cores: 8 } } as const;
    await client.create(request);
    const { key } = server.seen[0];
    expect(key).toBeTruthy();
    expect(server.seen).toEqual([{ method: 'POST', path: CLUSTERS, body: request, key }]);
  });

  it('asks for a preview with what it would send', async () => {
    server.answers.set('POST dask-slurm/api/preview', [200, sample('preview')]);
    const request = { options: { partition: 'short', walltime: '2-00:00:00' } };
    expect((await client.preview(request)).errors[0].field).toBe('options.walltime');
    await client.preview(request, true);
    expect(server.seen.map(({ body }) => body)).toEqual([
      { ...request, ask_slurm: false },
      { ...request, ask_slurm: true }
    ]);
  });

  it('saves and removes a profile by its name, whatever is in it', async () => {
    const path = 'dask-slurm/api/profiles/two%20words';
    const body = { options: { cores: 8 }, scaling: null, description: '' };
    server.answers.set(`PUT ${path}`, [200, sample('profile')]);
    server.answers.set(`DELETE ${path}`, [204]);
    expect((await client.saveProfile('two words', body)).name).toBe('large');
    await client.removeProfile('two words');
    expect(server.seen).toEqual([
      { method: 'PUT', path, body },
      { method: 'DELETE', path, body: undefined }
    ]);
  });

  it('changes and restarts one', async () => {
    server.answers.set(`PATCH ${OCEAN}`, [200, running]);
    server.answers.set(`POST ${OCEAN}/restart`, [201, running]);
    await client.change('ocean-3f9c', { name: 'sea' });
    await client.restart('ocean-3f9c', { cores: 2 });
    expect(server.seen.map(({ body }) => body)).toEqual([{ name: 'sea' }, { options: { cores: 2 } }]);
  });

  it('tells a stopping cluster from one that was forgotten', async () => {
    server.answers.set(`DELETE ${OCEAN}`, [202, running]);
    expect((await client.remove('ocean-3f9c'))?.id).toBe('ocean-3f9c');
    server.answers.set(`DELETE ${OCEAN}`, [204]);
    expect(await client.remove('ocean-3f9c')).toBeNull();
  });

  it('submits again what a problem has ended', async () => {
    server.answers.set(`POST ${OCEAN}/problems/cancelled_outside/resubmit`, [200, running]);
    expect((await client.resubmit('ocean-3f9c', 'cancelled_outside')).id).toBe('ocean-3f9c');
  });

  it('cancels a job, and reads its log and the history', async () => {
    server.answers.set(`DELETE ${OCEAN}/jobs/4711_3`, [202, sample('job-queued')]);
    server.answers.set(`GET ${OCEAN}/jobs/4711_3/log`, [200, sample('log-tail')]);
    server.answers.set(`GET ${OCEAN}/history`, [200, [sample('history-entry')]]);
    expect((await client.cancelJob('ocean-3f9c', '4711_3')).job_id).toBe('4711_3');
    expect((await client.jobLog('ocean-3f9c', '4711_3', 'stderr')).text).toContain('Scheduler at');
    expect((await client.history('ocean-3f9c'))[0].event).toBe('submitted');
  });

  it('asks how far the tasks of a client are', async () => {
    server.answers.set(`GET ${OCEAN}/progress`, [200, sample('progress')]);
    expect((await client.progress('ocean-3f9c', 'Client-1', 1250)).done).toBe(312);
  });

  it('keeps an id within its path', async () => {
    await expect(client.jobs('../site')).rejects.toThrow(RequestError);
    expect(server.seen[0].path).toBe(`${CLUSTERS}/..%2Fsite/jobs`);
  });

  it('names plots without Dask’s "Individual", and their pages below the dashboard', async () => {
    const cluster = read.cluster(running);
    server.answers.set(`GET ${cluster.dashboard_path}individual-plots.json`, [
      200,
      {
        'Individual Task Stream': '/dashboard/individual-task-stream',
        Memory: '/memory',
        Map: '/statics/map.html'
      }
    ]);
    expect(await client.plots(cluster)).toEqual([
      { title: 'Task Stream', path: 'individual-task-stream' },
      { title: 'Memory', path: 'memory' },
      { title: 'Map', path: 'statics/map.html' }
    ]);
    expect(client.dashboard(cluster).root).toBe(
      `${server.settings.baseUrl}dask-slurm/clusters/ocean-3f9c/dashboard/`
    );
  });

  it('brings the server’s words, field and details', async () => {
    server.answers.set(`POST ${CLUSTERS}`, [422, sample('error')]);
    const error = await failure(client.create({}));
    expect(error).toMatchObject({ status: 422, ...(sample('error') as object) });
  });

  it('says what it can where the answer is a page of somebody else', async () => {
    server.answers.set(`GET ${CLUSTERS}`, [502, '<html>proxy</html>']);
    expect(await failure(client.list())).toMatchObject({
      status: 502,
      message: '502 Bad Gateway',
      details: '<html>proxy</html>'
    });
  });

  it("tells in JupyterLab's language that Jupyter does not answer", async () => {
    await server.stop();
    expect(await failure(client.list())).toMatchObject({
      status: 0,
      reason: 'NetworkError',
      message: 'auf Deutsch: Jupyter does not answer.'
    });
    server = await TestServer.start();
  });
});

async function failure(request: Promise<unknown>): Promise<RequestError> {
  try {
    await request;
  } catch (error) {
    if (error instanceof RequestError) {
      return error;
    }
    throw error;
  }
  throw new Error('The request should have failed.');
}
