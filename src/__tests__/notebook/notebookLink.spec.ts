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
  readonly kernel = new FakeKernel();

  readonly sessionContext = {
    ready: Promise.resolve(),
    session: { kernel: this.kernel },
    kernelChanged: new Signal<this, unknown>(this),
    statusChanged: new Signal<this, Kernel.Status>(this)
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
