import type { NotebookPanel } from '@jupyterlab/notebook';
import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import { Panel, Widget } from '@lumino/widgets';

import { Cluster, progress, Progress } from '../../../api/contract';
import { RequestError } from '../../../api/requestError';
import { CellProgress, IProgressParts, ITasksOf } from '../../../notebook/progress/cellProgress';
import { Pace } from '../../../notebook/progress/pace';
import { progressText } from '../../../notebook/progress/progressBar';
import { sample } from '../../samples';

const trans = nullTranslator.load('jupyter_dask_slurm');
const told = progress(sample('progress'));
const NONE: Progress = { tasks: 0, done: 0, failed: 0, running: 0 };
const attached = sample('cluster-running') as Cluster;

/** A cell that was run by a message. */
class FakeCell extends Panel {
  readonly outputArea: object;
  isOutOfSight = false;

  constructor(message: string) {
    super();
    this.outputArea = { future: { msg: { header: { msg_id: message } } } };
  }

  isPlaceholder(): boolean {
    return this.isOutOfSight;
  }
}

/** A notebook, as far as it is looked at for progress. */
class FakePanel {
  readonly sessionContext = {
    iopubMessage: new Signal<object, object>(this),
    statusChanged: new Signal<object, string>(this)
  };

  readonly text = new Panel();
  readonly first = new FakeCell('first');
  readonly second = new FakeCell('second');
  readonly content = { widgets: [this.text, this.first, this.second] };

  say(about: string, msg_type: string, content: object = {}): void {
    this.sessionContext.iopubMessage.emit({
      parent_header: { msg_id: about },
      header: { msg_type },
      content
    });
  }

  begin(message: string): void {
    this.say(message, 'status', { execution_state: 'busy' });
    this.say(message, 'execute_input');
  }

  end(message: string): void {
    this.say(message, 'status', { execution_state: 'idle' });
  }
}

describe('the progress of a cell', () => {
  let panel: FakePanel;
  let link: { -readonly [name in keyof ITasksOf]: ITasksOf[name] };
  let wanted: boolean;
  let clusters: Cluster[];
  let ask: jest.Mock<Promise<Progress>, [string, string, number]>;
  let shown: CellProgress;

  beforeEach(() => {
    jest.useFakeTimers();
    panel = new FakePanel();
    link = { attached, clientId: 'Client-1' };
    wanted = true;
    clusters = [attached];
    ask = jest.fn<Promise<Progress>, [string, string, number]>(() => Promise.resolve(told));
    const parts: IProgressParts = {
      client: { progress: ask },
      clusters: () => clusters,
      isWanted: () => wanted,
      trans
    };
    shown = new CellProgress(panel as unknown as NotebookPanel, link, parts);
  });

  afterEach(() => {
    shown.dispose();
    jest.useRealTimers();
  });

  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);
  const barsOf = (cell: Widget) => Array.from(cell.node.querySelectorAll('[role="progressbar"]'));
  const bars = () => panel.content.widgets.flatMap(barsOf);

  it('stands under the cell that runs, in words too, and goes with its end', async () => {
    const { first, second } = panel;
    panel.begin('first');
    await pass(1100);
    expect(ask.mock.lastCall).toEqual([attached.id, 'Client-1', expect.any(Number)]);
    expect(ask.mock.lastCall?.[2]).toBeGreaterThanOrEqual(1000);
    const [bar] = barsOf(first);
    expect(bar.textContent).toBe('Dask tasks: 312 of 1,000 · 2 failed');
    expect(bar.getAttribute('aria-label')).toContain(attached.name);
    expect(bar.getAttribute('aria-valuetext')).toBe(bar.textContent);
    expect(['aria-valuenow', 'aria-valuemax'].map(name => bar.getAttribute(name))).toEqual(['314', '1000']);
    ask.mockResolvedValue({ ...told, done: 655 });
    await pass(1000);
    expect(bar.textContent).toBe('Dask tasks: 655 of 1,000 · 2 failed · less than 1 min left');
    panel.end('first');
    expect(bars()).toEqual([]);
    panel.begin('second');
    await pass(1100);
    expect(bars()).toEqual(barsOf(second));
  });

  it('is that of a client which the cell itself has made, as soon as the kernel says so', async () => {
    link.attached = undefined;
    panel.begin('first');
    await pass(12_000);
    expect(ask).not.toHaveBeenCalled();
    const note = { cluster: attached.id, client: 'Client-2' };
    panel.say('first', 'update_display_data', { data: {}, metadata: { jupyter_dask_slurm: note } });
    await pass(1100);
    expect(ask.mock.lastCall?.slice(0, 2)).toEqual([attached.id, 'Client-2']);
    expect(bars()).toEqual(barsOf(panel.first));
    link.attached = attached;
    panel.begin('second');
    await pass(1100);
    expect(ask.mock.lastCall?.[1]).toBe('Client-1');
  });

  it('is that of whichever client has tasks, and each has a bar and a pace of its own', async () => {
    const other = { ...attached, id: 'tide-1', name: 'tide' };
    clusters.push(other);
    panel.begin('first');
    await pass(1100);
    const [bar] = bars();
    ask.mockImplementation((_, client) =>
      Promise.resolve(client === 'Client-2' ? NONE : { ...told, done: 500 })
    );
    const note = { cluster: other.id, client: 'Client-2' };
    panel.say('first', 'update_display_data', { metadata: { jupyter_dask_slurm: note } });
    await pass(1100);
    expect(bars()).toEqual([bar]);
    expect(bar.textContent).toContain('500 of 1,000');
    ask.mockImplementation((_, client) => Promise.resolve(client === 'Client-2' ? told : NONE));
    await pass(1100);
    expect(bars()).toHaveLength(1);
    expect(bars()[0].getAttribute('aria-label')).toBe('Dask tasks of this cell on tide');
    expect(bars()[0].textContent).toBe('Dask tasks: 312 of 1,000 · 2 failed');
  });

  it.each([
    ['an output that is updated', { data: {}, metadata: {} }],
    ['an update of a kernel that says little', { data: {} }],
    [
      'a cluster that is not listed',
      { metadata: { jupyter_dask_slurm: { cluster: 'gone', client: 'Client-2' } } }
    ],
    ['what is no note', { metadata: { jupyter_dask_slurm: { cluster: 1, client: null } } }]
  ])('is that of the notebook after %s', async (_, content) => {
    panel.begin('first');
    panel.say('first', 'update_display_data', content);
    await pass(1100);
    expect(ask.mock.lastCall?.[1]).toBe('Client-1');
  });

  it('asks nothing while no cell runs, for one that is soon done, or where nobody is attached', async () => {
    panel.begin('of another page');
    await pass(60_000);
    panel.begin('first');
    await pass(900);
    panel.end('first');
    await pass(60_000);
    link.attached = undefined;
    panel.begin('first');
    await pass(60_000);
    panel.end('first');
    expect(ask).not.toHaveBeenCalled();
  });

  it('is not there, and not asked for, where it is switched off', async () => {
    wanted = false;
    panel.begin('first');
    await pass(60_000);
    expect(ask).not.toHaveBeenCalled();
  });

  it('is asked for more and more seldom where a cell has nothing to do with Dask', async () => {
    ask.mockResolvedValue(NONE);
    panel.begin('first');
    await pass(60_000);
    expect(ask.mock.calls.length).toBeLessThan(10);
    expect(bars()).toEqual([]);
    ask.mockResolvedValue(told);
    await pass(10_000);
    expect(bars()).toHaveLength(1);
  });

  it('shows nothing of a former time where nobody answers, and is there again', async () => {
    panel.begin('first');
    await pass(1100);
    expect(bars()).toHaveLength(1);
    const nobody = {
      message: 'Jupyter does not answer.',
      reason: 'NetworkError',
      field: null,
      details: null
    };
    ask.mockRejectedValue(new RequestError(0, nobody));
    await pass(1000);
    expect(bars()).toEqual([]);
    await pass(120_000);
    // Later and later, for that may last.
    expect(ask.mock.calls.length).toBeLessThan(20);
    ask.mockResolvedValue({ ...told, done: 655 });
    await pass(10_000);
    expect(bars().map(bar => bar.textContent)).toEqual([expect.stringContaining('655 of 1,000')]);
  });

  it('is not there while nobody is attached any more', async () => {
    panel.begin('first');
    await pass(1100);
    link.attached = undefined;
    await pass(1000);
    expect(bars()).toEqual([]);
    link.attached = attached;
    await pass(10_000);
    expect(bars()).toHaveLength(1);
  });

  it('is given up for this cell where there is none to ask for', async () => {
    const none = { message: 'Not found.', reason: 'NotFound', field: null, details: null };
    panel.begin('first');
    await pass(1100);
    ask.mockRejectedValueOnce(new RequestError(404, none));
    await pass(60_000);
    expect(ask).toHaveBeenCalledTimes(2);
    expect(bars()).toEqual([]);
    panel.begin('second');
    await pass(1100);
    expect(bars()).toHaveLength(1);
  });

  describe('of two clients', () => {
    const other: Cluster = { ...attached, id: 'tide-1', name: 'tide' };
    const refusal = (status: number) =>
      new RequestError(status, { message: 'No.', reason: 'No', field: null, details: null });

    /** Have a cell make a client of its own, which is asked first. */
    const begin = () => {
      clusters.push(other);
      panel.begin('first');
      const note = { cluster: other.id, client: 'Client-2' };
      panel.say('first', 'update_display_data', { metadata: { jupyter_dask_slurm: note } });
    };

    /** Have the cell's own, and the notebook's, answered so. */
    const answer = (own: Progress | RequestError, notebook: Progress | RequestError) =>
      ask.mockImplementation((_, client) => {
        const said = client === 'Client-2' ? own : notebook;
        return said instanceof RequestError ? Promise.reject(said) : Promise.resolve(said);
      });

    it.each([404, 503])('is that of the one that can be asked, where the other cannot (%s)', async status => {
      begin();
      answer(refusal(status), told);
      await pass(1100);
      const [bar] = bars();
      expect(bar.textContent).toContain('312 of 1,000');
      answer(refusal(status), { ...told, done: 655 });
      await pass(1000);
      expect(bars()).toEqual([bar]);
      expect(bar.textContent).toContain('655 of 1,000');
      answer(refusal(status), NONE);
      await pass(1000);
      expect(bars()).toEqual([bar]);
    });

    it('goes where neither can be asked, and is there again', async () => {
      begin();
      await pass(1100);
      answer(refusal(404), refusal(503));
      await pass(1000);
      expect(bars()).toEqual([]);
      answer(refusal(404), told);
      await pass(10_000);
      expect(bars()).toHaveLength(1);
    });

    it('is given up where there is neither', async () => {
      begin();
      answer(refusal(404), refusal(404));
      await pass(60_000);
      expect(ask).toHaveBeenCalledTimes(2);
    });
  });

  it('waits until a cell that is out of sight has its parts: it stands below them', async () => {
    const { first } = panel;
    first.isOutOfSight = true;
    panel.begin('first');
    await pass(20_000);
    expect(bars()).toEqual([]);
    const parts = new Widget();
    first.addWidget(parts);
    first.isOutOfSight = false;
    await pass(1000);
    expect(Array.from(first.node.children).map(node => node.getAttribute('role'))).toEqual([
      null,
      'progressbar'
    ]);
    expect(first.node.firstElementChild).toBe(parts.node);
  });

  it('goes when the kernel starts again, and when the notebook is closed', async () => {
    for (const leave of [
      () => panel.sessionContext.statusChanged.emit('restarting'),
      () => shown.dispose()
    ]) {
      panel.begin('first');
      await pass(1100);
      expect(bars()).toHaveLength(1);
      leave();
      expect(bars()).toEqual([]);
    }
    await pass(60_000);
    expect(shown.isDisposed).toBe(true);
    expect(ask).toHaveBeenCalledTimes(2);
  });
});

describe('progress in words', () => {
  it('says why it does not go on, and no time where none is known', () => {
    expect(progressText({ ...told, running: 0 }, 60, trans)).toContain('none on a worker yet');
    expect(progressText(told, null, trans)).toBe('Dask tasks: 312 of 1,000 · 2 failed');
    expect(progressText({ tasks: 5, done: 5, failed: 0, running: 0 }, 0, trans)).toBe('Dask tasks: 5 of 5');
  });
});

describe('the pace of tasks', () => {
  it('is that of the last minute', () => {
    const pace = new Pace();
    expect(pace.secondsLeft(0, 0, 100)).toBeNull();
    expect(pace.secondsLeft(10_000, 10, 90)).toBe(90);
    expect(pace.secondsLeft(60_000, 11, 89)).toBeCloseTo(485, 0);
    expect(pace.secondsLeft(71_000, 71, 29)).toBeCloseTo(5.3, 1);
  });
});
