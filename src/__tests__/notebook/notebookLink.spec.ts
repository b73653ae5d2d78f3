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

  beforeEach(() => {
    panel = new FakePanel();
    clustersChanged = new Signal<object, void>({});
    const client = { snippet: () => Promise.resolve({ code: 'make' }) };
    const manager = { client, clusters: [running], changed: clustersChanged, listen: () => undefined };
    const parts = { manager, autoAttach: () => false } as unknown as ILinkParts;
    link = new NotebookLink(panel as unknown as NotebookPanel, parts);
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
});
