import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Kernel } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';

import type { Cluster } from '../../api/contract';
import { ILinkParts, NotebookLink } from '../../notebook/notebookLink';
import { sample } from '../samples';
import { FakeKernel, settle } from './fakeKernel';

const running = sample('cluster-running') as Cluster;
const ADDRESS = running.scheduler_address ?? '';

/** A notebook with a kernel, as far as a link looks at one. */
class FakePanel {
  kernel = new FakeKernel();

  readonly sessionContext = {
    ready: Promise.resolve(),
    session: { kernel: this.kernel as FakeKernel | null },
    kernelChanged: new Signal<this, unknown>(this),
    statusChanged: new Signal<this, Kernel.Status>(this),
    connectionStatusChanged: new Signal<this, Kernel.ConnectionStatus>(this)
  };

  readonly content = {
    modelChanged: new Signal<this, void>(this),
    model: {
      metadataChanged: new Signal<this, void>(this),
      getMetadata: (key: string) => this.metadata.get(key),
      setMetadata: (key: string, value: unknown) => this.metadata.set(key, value),
      deleteMetadata: (key: string) => this.metadata.delete(key)
    }
  };

  readonly metadata = new Map<string, unknown>();

  tell(status: Kernel.Status): void {
    this.kernel.status = status;
    this.sessionContext.statusChanged.emit(status);
  }

  /** Let the notebook have another kernel, or none. */
  change(newValue: FakeKernel | null): void {
    const oldValue = this.sessionContext.session.kernel;
    this.sessionContext.session.kernel = newValue;
    this.kernel = newValue ?? this.kernel;
    this.sessionContext.kernelChanged.emit({ oldValue, newValue });
  }

  /** Let it be found in the file that the notebook belongs to a cluster, and is connected by itself. */
  read(cluster: Cluster): void {
    this.metadata.set('jupyter-dask-slurm', { cluster: cluster.id, name: cluster.name, auto: true });
    this.content.model.metadataChanged.emit();
  }
}

describe('the link of a notebook', () => {
  let panel: FakePanel;
  let link: NotebookLink;
  let clustersChanged: Signal<object, void>;
  let manager: { clusters: Cluster[] };

  beforeEach(() => {
    panel = new FakePanel();
    clustersChanged = new Signal<object, void>({});
    const client = { snippet: () => Promise.resolve({ code: 'make' }) };
    const parts = { client, clusters: [running], changed: clustersChanged, listen: () => undefined };
    manager = parts;
    const linkParts = { manager: parts, autoAttach: () => false } as unknown as ILinkParts;
    link = new NotebookLink(panel as unknown as NotebookPanel, linkParts);
  });

  afterEach(() => link.dispose());

  async function attach(): Promise<boolean> {
    const attached = link.attach(running);
    await settle();
    panel.kernel.run(ADDRESS);
    return attached;
  }

  it('has no client in a kernel that died, and sends it nothing until it starts again', async () => {
    expect(await attach()).toBe(true);
    link.setAuto(true);
    expect(link.attached).toBe(running);
    panel.tell('dead');
    expect(link.state).toEqual({ kind: 'none' });
    expect(link.attached).toBeUndefined();
    clustersChanged.emit();
    await settle();
    expect(link.state).toEqual({ kind: 'none' });
    panel.tell('restarting');
    await settle();
    panel.kernel.run(ADDRESS);
    await settle();
    expect(link.attached).toBe(running);
  });

  describe('whose messages are lost', () => {
    beforeEach(() => jest.useFakeTimers());

    afterEach(() => jest.useRealTimers());

    it('remembers a cluster where the kernel is found connected to that one', async () => {
      const attached = link.attach(running);
      for (const found of ['tls://10.0.0.9:8786', ADDRESS]) {
        await jest.advanceTimersByTimeAsync(0);
        panel.kernel.lose();
        await jest.advanceTimersByTimeAsync(8000);
        expect(link.metadata).toBeNull();
        panel.kernel.run(found);
      }
      await jest.advanceTimersByTimeAsync(0);
      expect(link.metadata).toMatchObject({ cluster: running.id });
      expect(await attached).toBe(true);
    });
  });

  it('does not remember a cluster from which it was detached before it was connected', async () => {
    const attached = link.attach(running);
    await settle();
    const detached = link.detach();
    await settle();
    panel.kernel.run(ADDRESS);
    panel.kernel.run(null);
    await detached;
    expect(await attached).toBe(false);
    expect(link.metadata).toBeNull();
    expect(link.state).toEqual({ kind: 'none' });
  });

  it('connects to a cluster that starts as soon as that runs, and once', async () => {
    const starting: Cluster = { ...running, status: 'starting', scheduler_address: null };
    manager.clusters = [starting];
    link.attachSoon(starting);
    expect(link.remembered).toBe(starting);
    expect(link.hasCluster).toBe(true);
    expect(panel.kernel.waiting).toEqual([]);
    manager.clusters = [running];
    clustersChanged.emit();
    clustersChanged.emit();
    await settle();
    panel.kernel.run(ADDRESS);
    expect(panel.kernel.waiting).toEqual([]);
    await settle();
    expect(link.attached).toBe(running);
    panel.tell('restarting');
    await settle();
    expect(panel.kernel.waiting).toEqual([]);
  });

  it('goes on awaiting a cluster where that runs before there is a kernel', async () => {
    panel.change(null);
    link.attachSoon(running);
    expect(link.state).toEqual({ kind: 'unknown' });
    panel.change(new FakeKernel());
    await settle();
    panel.kernel.run(null);
    await settle();
    panel.kernel.run(ADDRESS);
    await settle();
    expect(link.attached).toBe(running);
  });

  it('awaits a cluster until a kernel is connected, also where that one starts again meanwhile', async () => {
    link.attachSoon(running);
    await settle();
    panel.kernel.drop();
    panel.tell('restarting');
    await settle();
    panel.kernel.run(ADDRESS);
    await settle();
    expect(link.attached).toBe(running);
  });

  describe('that is to be connected by itself', () => {
    /** Let the kernel be looked at, and connected then. */
    async function isConnected(): Promise<void> {
      await settle();
      panel.kernel.run(null);
      await settle();
      panel.kernel.run(ADDRESS);
      await settle();
      expect(link.attached).toBe(running);
      expect(panel.kernel.waiting).toEqual([]);
    }

    it('is so where its file is read after its kernel has started', async () => {
      await settle();
      panel.read(running);
      await isConnected();
    });

    it.each([
      ['idle', () => panel.tell('idle')],
      ['reached', () => panel.sessionContext.connectionStatusChanged.emit('connected')]
    ])('is so at a second look, once its kernel is %s, where the first was lost', async (_, tell) => {
      panel.read(running);
      await settle();
      panel.tell('busy');
      panel.kernel.drop();
      await settle();
      expect(link.state).toEqual({ kind: 'unknown' });
      tell();
      await isConnected();
    });

    it('is so where the answer to the first look was lost with the connection', async () => {
      panel.read(running);
      await settle();
      panel.kernel.lose();
      panel.sessionContext.connectionStatusChanged.emit('connecting');
      panel.sessionContext.connectionStatusChanged.emit('connected');
      await isConnected();
    });

    it('is looked at once at a time, and not for ever', async () => {
      for (let looks = 0; looks < 5; looks++) {
        panel.read(running);
        panel.tell('idle');
        await settle();
        expect(panel.kernel.waiting.length).toBe(looks < 3 ? 1 : 0);
        panel.kernel.drop();
        await settle();
      }
      panel.change(new FakeKernel());
      await isConnected();
    });
  });

  it('keeps how its cluster is made with it, unless its user does not want that', async () => {
    const recipe = () =>
      (panel.metadata.get('jupyter-dask-slurm') as { recipe?: unknown } | undefined)?.recipe;
    expect(await attach()).toBe(true);
    expect(recipe()).toMatchObject({ name: 'ocean', jobs: 4, cores: 8 });
    link.setAuto(true);
    expect(link.recipe).toMatchObject({ jobs: 4 });
    link.keepRecipe(null);
    expect([link.recipe, recipe()]).toEqual([null, false]);
    expect(link.metadata?.auto).toBe(true);
    expect(await attach()).toBe(true);
    expect(recipe()).toBe(false);
    link.keepRecipe(running);
    expect(link.recipe).toMatchObject({ jobs: 4 });
    const detached = link.detach();
    await settle();
    panel.kernel.run(null);
    await detached;
    expect(panel.metadata.size).toBe(0);
  });

  it('leaves nothing behind in a notebook that was on no cluster', () => {
    link.keepRecipe(running);
    expect([link.metadata, link.recipe?.cores]).toEqual([null, 8]);
    link.keepRecipe(null);
    expect(panel.metadata.size).toBe(0);
  });
});
