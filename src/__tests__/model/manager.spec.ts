import { nullTranslator } from '@jupyterlab/translation';

import { ClusterClient } from '../../api/client';
import type { Cluster } from '../../api/contract';
import { ClusterEvents } from '../../api/events';
import { ClusterManager } from '../../model/manager';
import { sample } from '../samples';
import { TestServer } from '../server';

const trans = nullTranslator.load('jupyter_dask_slurm');

const CLUSTERS = 'dask-slurm/api/clusters';
const ocean = sample('cluster-running') as Cluster;
const gpu = sample('cluster-failed') as Cluster;

describe('ClusterManager', () => {
  let server: TestServer;
  let manager: ClusterManager;
  let pauses: { failed: number; silent: number };
  /** Resolves when the event socket is open for the first time. */
  let opened: Promise<void>;

  beforeEach(async () => {
    server = await TestServer.start();
    server.answers.set(`GET ${CLUSTERS}`, [200, [ocean]]);
    const { settings } = server;
    // Longer than any of these tests.
    pauses = { failed: 300_000, silent: 300_000 };
    opened = new Promise(resolve => {
      const open = () => {
        const events = new ClusterEvents(settings);
        events.connectionChanged.connect(() => resolve());
        return events;
      };
      manager = new ClusterManager(new ClusterClient(settings, trans), open, pauses);
    });
  });

  afterEach(async () => {
    manager.dispose();
    await server.stop();
  });

  /** Resolves as soon as the model is as wanted; the test's time limit is the deadline. */
  function until(wanted: () => boolean): Promise<void> {
    return new Promise(resolve => {
      const look = () => {
        if (wanted()) {
          manager.changed.disconnect(look);
          resolve();
        }
      };
      manager.changed.connect(look);
      look();
    });
  }

  /** Wait for an answer that follows the opening of the event socket. */
  async function live(): Promise<void> {
    await opened;
    await manager.refresh();
    // The socket is open here; the manager may hear of it a moment later.
    await until(() => manager.connection === 'live');
  }

  it('asks for nothing until somebody watches', () => {
    expect(manager.connection).toBe('pending');
    expect(server.seen).toEqual([]);
  });

  it('has the clusters once watched', async () => {
    manager.watch();
    await until(() => manager.clusters.length === 1);
    expect(manager.get('ocean-3f9c')?.name).toBe('ocean');
    expect(manager.connection).toBe('live');
  });

  it('asks again at once where the first question failed, with no word from the events', async () => {
    pauses.failed = 10;
    server.answers.set(`GET ${CLUSTERS}`, [503, sample('error')]);
    manager.watch();
    await opened;
    const asked = server.count('GET', CLUSTERS);
    await server.received(() => server.count('GET', CLUSTERS) > asked + 2);
    server.answers.set(`GET ${CLUSTERS}`, [200, [ocean]]);
    await until(() => manager.connection === 'live');
  });

  it('asks again within seconds where a question fails after one that was answered', async () => {
    pauses.failed = 10;
    manager.watch();
    await live();
    server.answers.set(`GET ${CLUSTERS}`, [503, sample('error')]);
    const asked = server.count('GET', CLUSTERS);
    // The pause after an answer is minutes; none of these is drawn from it.
    await manager.refresh().catch(() => undefined);
    await server.received(() => server.count('GET', CLUSTERS) > asked + 2);
    expect(manager.connection).toBe('lost');
    server.answers.set(`GET ${CLUSTERS}`, [200, [ocean, gpu]]);
    await until(() => manager.clusters.length === 2);
    expect(manager.connection).toBe('live');
  });

  it('asks again where a question stays without an answer', async () => {
    pauses.silent = 10;
    const release = server.hold(`GET ${CLUSTERS}`);
    manager.watch();
    await server.received(() => server.count('GET', CLUSTERS) > 2);
    expect(manager.connection).toBe('pending');
    release();
    await until(() => manager.connection === 'live');
  });

  it('is fed without a watcher too, once it listens', async () => {
    manager.listen();
    await live();
    server.emit({ action: 'removed', cluster_id: ocean.id, cluster: null });
    await until(() => manager.clusters.length === 0);
    server.dropSockets();
    await until(() => manager.connection === 'lost');
    await until(() => manager.connection === 'live' && manager.clusters.length === 1);
  });

  it('follows events without asking', async () => {
    manager.watch();
    await live();
    const asked = server.count('GET', CLUSTERS);
    server.emit({ action: 'changed', cluster_id: gpu.id, cluster: gpu });
    await until(() => manager.clusters.length === 2);
    server.emit({ action: 'removed', cluster_id: gpu.id, cluster: null });
    await until(() => manager.clusters.length === 1);
    expect(server.count('GET', CLUSTERS)).toBe(asked);
  });

  it('passes over events of others', async () => {
    manager.watch();
    await live();
    server.send({ schema_id: 'https://events.jupyter.org/kernel_actions/v1', action: 'start' });
    server.emit({ action: 'removed', cluster_id: ocean.id, cluster: null });
    await until(() => manager.clusters.length === 0);
  });

  it('asks again when the event socket comes back, for events may be lost', async () => {
    manager.watch();
    await live();
    server.answers.set(`GET ${CLUSTERS}`, [200, [ocean, gpu]]);
    server.dropSockets();
    await until(() => manager.connection === 'lost');
    await until(() => manager.connection === 'live' && manager.clusters.length === 2);
  });

  it('says why the list may be old', async () => {
    manager.watch();
    await live();
    server.answers.set(`GET ${CLUSTERS}`, [503, sample('error')]);
    await manager.refresh().catch(() => undefined);
    await until(() => manager.connection === 'lost');
    expect(manager.error).toMatch(/^Partition/);
    expect(manager.clusters).toHaveLength(1);
  });

  it('keeps the newer of an answer and an event', async () => {
    manager.watch();
    await live();
    const newer = { ...ocean, name: 'newer', updated_at: '2026-11-20T22:00:00Z' };
    server.emit({ action: 'changed', cluster_id: ocean.id, cluster: newer });
    await until(() => manager.get(ocean.id)?.name === 'newer');
    server.answers.set(`PATCH ${CLUSTERS}/${ocean.id}`, [200, ocean]);
    await manager.change(ocean.id, { name: 'older' });
    expect(manager.get(ocean.id)?.name).toBe('newer');
  });

  it('keeps what an event said while the list was asked for', async () => {
    manager.watch();
    await live();
    const release = server.hold(`GET ${CLUSTERS}`);
    const asked = server.count('GET', CLUSTERS);
    const refreshed = manager.refresh();
    await server.received(() => server.count('GET', CLUSTERS) > asked);
    server.emit({ action: 'changed', cluster_id: gpu.id, cluster: gpu });
    await until(() => manager.clusters.length === 2);
    release();
    await refreshed;
    expect(manager.get(gpu.id)).toBeDefined();
  });

  it('asks once more when it was called again while it asked', async () => {
    manager.watch();
    await live();
    const release = server.hold(`GET ${CLUSTERS}`);
    const asked = server.count('GET', CLUSTERS);
    const first = manager.refresh();
    await server.received(() => server.count('GET', CLUSTERS) > asked);
    const second = manager.refresh();
    release();
    await Promise.all([first, second]);
    expect(server.count('GET', CLUSTERS)).toBe(asked + 2);
  });

  it('keeps the identity of clusters that did not change', async () => {
    manager.watch();
    await live();
    const { clusters } = manager;
    await manager.refresh();
    expect(manager.clusters).toBe(clusters);
  });

  it('shows what an action answered at once', async () => {
    manager.watch();
    await live();
    server.answers.set(`POST ${CLUSTERS}`, [201, gpu]);
    await manager.create({});
    expect(manager.get(gpu.id)).toBeDefined();
    server.answers.set(`DELETE ${CLUSTERS}/${gpu.id}`, [204]);
    await manager.remove(gpu.id);
    expect(manager.get(gpu.id)).toBeUndefined();
    server.answers.set(`DELETE ${CLUSTERS}/${ocean.id}`, [202, { ...ocean, status: 'stopping' }]);
    await manager.remove(ocean.id);
    expect(manager.get(ocean.id)?.status).toBe('stopping');
  });

  it('replaces a cluster that is started again', async () => {
    manager.watch();
    await live();
    const again = { ...ocean, id: 'ocean-77aa', replaces: ocean.id };
    server.answers.set(`POST ${CLUSTERS}/${ocean.id}/restart`, [201, again]);
    await manager.restart(ocean.id);
    expect(manager.clusters.map(({ id }) => id)).toEqual(['ocean-77aa']);
  });
});
