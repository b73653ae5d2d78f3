import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { ServerConnection } from '@jupyterlab/services';
import { nullTranslator } from '@jupyterlab/translation';

import type { Cluster } from '../../api/contract';
import { ClusterManager } from '../../model/manager';
import { clustersPlugin } from '../../plugins/clusters';
import { sample } from '../samples';
import { TestServer } from '../server';

const CLUSTERS = 'dask-slurm/api/clusters';
const event = sample('event-changed') as { translations: Record<string, Cluster> };

describe("JupyterLab's language", () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await TestServer.start();
  });

  // Also where a test fails: a server that listens on keeps the run from ending.
  afterEach(() => server.stop());

  it.each([
    ['de-DE', 'Auftrag 4711_3 beginnt nie'],
    ['en', 'Job 4711_3 will never start'],
    ['fr_FR', 'Job 4711_3 will never start']
  ])('%s is asked for, and what events tell in it is taken', async (languageCode, told) => {
    server.answers.set(`GET ${CLUSTERS}`, [200, []]);
    const { settings: serverSettings } = server;
    const app = { serviceManager: { serverSettings } } as unknown as JupyterFrontEnd;
    const manager = activate(app, languageCode);
    manager.watch();
    await manager.refresh();
    expect(new Set(server.seen.map(({ language }) => language))).toEqual(new Set([languageCode]));

    const changed = new Promise<void>(resolve =>
      manager.changed.connect(() => manager.clusters.length && resolve())
    );
    await server.connected();
    server.emit(event);
    await changed;
    expect(manager.clusters[0].problems[0].message).toContain(told);
    manager.dispose();
  });

  it('lets the headers be that an embedding sends with each request', async () => {
    server.answers.set(`GET ${CLUSTERS}`, [200, []]);
    const sent: (string | null)[] = [];
    const serverSettings: ServerConnection.ISettings = {
      ...server.settings,
      init: {
        ...server.settings.init,
        headers: new Headers({ 'X-Asked-By': 'portal', 'Accept-Language': 'fr' })
      },
      fetch: (input, init) => {
        const { headers } = new Request(input, init);
        sent.push(headers.get('X-Asked-By'), headers.get('Accept-Language'));
        return server.settings.fetch(input, init);
      }
    };
    const app = { serviceManager: { serverSettings } } as unknown as JupyterFrontEnd;
    const manager = activate(app, 'de-DE');
    await manager.refresh();
    expect(sent).toEqual(['portal', 'de-DE']);
    manager.dispose();
  });
});

function activate(app: JupyterFrontEnd, languageCode: string): ClusterManager {
  return clustersPlugin.activate(app, { load: nullTranslator.load, languageCode }) as ClusterManager;
}
