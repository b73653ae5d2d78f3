import type { JupyterFrontEnd } from '@jupyterlab/application';
import { NotebookActions, NotebookPanel } from '@jupyterlab/notebook';
import type { Contents } from '@jupyterlab/services';
import type { PartialJSONObject, ReadonlyJSONObject } from '@lumino/coreutils';
import { Signal } from '@lumino/signaling';

import type { ClusterClient } from '../../api/client';
import { cluster as read, Cluster } from '../../api/contract';
import { copyExample } from '../../examples/copyExample';
import { NotebookOpener } from '../../notebook/connectedNotebook';
import type { IClusterManager } from '../../tokens';
import { sample } from '../samples';
import { settle } from './fakeKernel';

jest.mock('@jupyterlab/notebook', () => ({
  NotebookActions: { run: jest.fn(), runAndInsert: jest.fn() },
  NotebookPanel: class {}
}));

const running = read(sample('cluster-running'));
const starting: Cluster = { ...running, status: 'starting', scheduler_address: null };
const CODE = 'client = connect("ocean")';
const EXAMPLE = { cells: [cellWith('size = 5'), cellWith('client = connect()')], metadata: {} };

function cellWith(source: string): PartialJSONObject {
  return { cell_type: 'code', source, metadata: {}, outputs: [], execution_count: null };
}

/** A notebook of JupyterLab, as far as one is looked at that connects by itself. */
class FakePanel extends NotebookPanel {
  constructor(document: PartialJSONObject) {
    super({} as ConstructorParameters<typeof NotebookPanel>[0]);
    const widgets = (document.cells as PartialJSONObject[]).map(cell => ({
      isDisposed: false,
      model: {
        type: cell.cell_type,
        sharedModel: { getSource: () => cell.source, toJSON: () => cell }
      }
    }));
    const chosen = new Set<object>(widgets);
    const content = {
      widgets,
      activeCellIndex: 0,
      mode: 'command',
      deselectAll: () => chosen.clear(),
      chosen
    };
    const sessionContext = { ready: Promise.resolve(), session: {} };
    const context = { ready: Promise.resolve() };
    Object.assign(this, { content, context, sessionContext, disposed: new Signal<object, void>({}) });
  }
}

describe('a notebook that connects by itself', () => {
  let files: Map<string, PartialJSONObject>;
  let panel: FakePanel;
  let manager: { clusters: Cluster[] };
  let changed: Signal<object, void>;
  let contents: Contents.IManager;
  let opener: NotebookOpener;
  /** The indexes of cells that were run, and how many were selected besides. */
  let ran: [index: number, selected: number][];
  const client = {
    snippet: () => Promise.resolve({ code: `${CODE}\n` }),
    example: () => Promise.resolve(EXAMPLE)
  } as unknown as ClusterClient;

  beforeEach(() => {
    files = new Map();
    ran = [];
    const run = (content: { activeCellIndex: number; chosen: Set<object> }) => {
      ran.push([content.activeCellIndex, content.chosen.size]);
      return Promise.resolve(true);
    };
    (NotebookActions.run as jest.Mock).mockImplementation(run);
    (NotebookActions.runAndInsert as jest.Mock).mockImplementation(run);
    changed = new Signal<object, void>({});
    const parts = { client, clusters: [running], changed };
    manager = parts;
    contents = {
      get: () => Promise.resolve({ content: [...files.keys()].map(name => ({ name })) }),
      newUntitled: () => {
        files.set('Untitled.ipynb', {});
        return Promise.resolve({ path: 'Untitled.ipynb' });
      },
      save: (path: string, { content }: { content: PartialJSONObject }) => {
        files.set(path, content);
        return Promise.resolve();
      },
      delete: (path: string) => Promise.resolve(void files.delete(path))
    } as unknown as Contents.IManager;
    const execute = (_: string, { path }: { path: string }) => {
      panel = new FakePanel(files.get(path) ?? {});
      return Promise.resolve(panel);
    };
    const app = { serviceManager: { contents }, commands: { execute } } as unknown as JupyterFrontEnd;
    opener = new NotebookOpener(app, parts as unknown as IClusterManager, false);
  });

  async function openExample(cluster?: Cluster): Promise<void> {
    const prepare = cluster && ((written: ReadonlyJSONObject) => opener.prepare(written, cluster));
    const { path, content } = await copyExample(client, contents, '', 'sum', prepare);
    await opener.open(path, content, cluster);
    await settle();
  }

  function change(...clusters: Cluster[]): Promise<void> {
    manager.clusters = clusters;
    changed.emit();
    return settle();
  }

  it.each([
    ['a cluster', running],
    ['any cluster', undefined]
  ])('runs of an example for %s the cell that connects, and no other', async (_, cluster) => {
    await openExample(cluster);
    expect(ran).toEqual([[1, 0]]);
  });

  it('runs no cell that somebody else has put where the copy of an example would be', async () => {
    const hostile = { ...EXAMPLE, cells: [cellWith('steal()\nconnect()'), cellWith('Client(steal())')] };
    files.set('sum.ipynb', hostile);
    await openExample(running);
    await openExample();
    expect(ran).toEqual([]);
    expect(files.get('sum.ipynb')).toBe(hostile);
  });

  it('is open before its cluster can be connected to, and connects once that can', async () => {
    manager.clusters = [starting];
    await opener.openNew('', starting);
    await settle();
    expect(ran).toEqual([]);
    await change(running);
    expect(ran).toEqual([[0, 0]]);
  });

  it.each([
    ['is gone', []],
    ['has ended', [{ ...starting, status: 'failed' as const }]]
  ])('waits no more for a cluster that %s', async (_, clusters) => {
    manager.clusters = [starting];
    await opener.openNew('', starting);
    await change(...clusters);
    await change(running);
    expect(ran).toEqual([]);
  });

  it('runs nothing once it is closed', async () => {
    manager.clusters = [starting];
    await opener.openNew('', starting);
    await settle();
    (panel.disposed as Signal<object, void>).emit();
    await change(running);
    expect(ran).toEqual([]);
  });

  it('leaves no empty file where it could not be written', async () => {
    contents.save = () => Promise.reject(new Error('no space left'));
    await expect(opener.openNew('', running)).rejects.toThrow('no space left');
    expect([...files.keys()]).toEqual([]);
  });
});
