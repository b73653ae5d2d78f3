import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';

import { Cluster, cluster as read } from '../../api/contract';
import { CommandIDs, PANEL_ID } from '../../commandIds';
import { INotifierParts, Notifier, wordsOf } from '../../shell/notifier';
import { OtherTabs } from '../../shell/otherTabs';
import { sample } from '../samples';

const trans = nullTranslator.load('jupyter_dask_slurm');
const running = read(sample('cluster-running'));
const working: Cluster = { ...running, jobs: { ...running.jobs, working: 3 } };
const queued: Cluster = { ...running, jobs: { ...running.jobs, queued: 4, working: 0 } };
const STARTED = 'The jobs of ocean have started: 3 working · 1 queued.';

describe('notifications', () => {
  let clusters: { clusters: Cluster[]; changed: Signal<object, void>; get: () => Cluster };
  let settings: Record<string, unknown>;
  let panel: { id: string; isVisible: boolean };
  let notifier: Notifier;
  const execute = jest.fn();
  const select = jest.fn();

  /** What the browser has shown outside. */
  const shown: { title: string; body?: string; tag?: string; onclick?: () => void; close: () => void }[] = [];
  const browser = Object.assign(
    jest.fn((title: string, options: NotificationOptions) => {
      const note = { title, ...options, close: jest.fn() };
      shown.push(note);
      return note;
    }),
    { permission: 'default', requestPermission: jest.fn() }
  );

  beforeEach(() => {
    Object.assign(window, { Notification: browser });
    browser.permission = 'default';
    browser.requestPermission.mockReset().mockImplementation(() => Promise.resolve(browser.permission));
    shown.length = 0;
    settings = {};
    panel = { id: PANEL_ID, isVisible: false };
    look('visible');
    const changed = new Signal<object, void>({});
    clusters = { clusters: [queued], changed, get: () => clusters.clusters[0] };
    const registry = {
      get: (_: string, name: string) => Promise.resolve({ composite: settings[name] }),
      set: (_: string, name: string, value: unknown) => Promise.resolve((settings[name] = value))
    };
    const shell = { widgets: (area: string) => (area === 'left' ? [panel] : []) };
    const app = { shell, commands: { execute } } as unknown as JupyterFrontEnd;
    const parts = { manager: clusters, selection: { select }, trans, settings: registry, id: 'ours' };
    notifier = new Notifier(app, parts as unknown as INotifierParts);
  });

  afterEach(() => Notification.dismiss());

  function look(state: DocumentVisibilityState): void {
    jest.spyOn(document, 'visibilityState', 'get').mockReturnValue(state);
  }

  /** @returns what JupyterLab shows once the jobs have started. */
  async function start(): Promise<string[]> {
    clusters.clusters = [working];
    clusters.changed.emit();
    await new Promise(resolve => setTimeout(resolve));
    return Notification.manager.notifications.map(({ message }) => message);
  }

  it('are for who does not see the panel', async () => {
    expect(await start()).toEqual([STARTED]);
    expect(shown).toEqual([]);
    const [{ options }] = Notification.manager.notifications;
    options.actions?.[0].callback(new MouseEvent('click'));
    expect(select).toHaveBeenCalledWith(working.id);
    expect(execute).toHaveBeenCalledWith(CommandIDs.openPanel);
  });

  it('are not for who sees it', async () => {
    panel.isVisible = true;
    expect(await start()).toEqual([]);
  });

  it('wait in JupyterLab for who is in another tab, though the panel is open', async () => {
    panel.isVisible = true;
    look('hidden');
    expect(await start()).toEqual([STARTED]);
    expect(shown).toEqual([]);
  });

  it('are switched off', async () => {
    settings.notifications = false;
    look('hidden');
    expect(await start()).toEqual([]);
  });

  it('are the browser’s too where its user has asked for that, once for all tabs', async () => {
    browser.permission = 'granted';
    settings.browserNotifications = true;
    look('hidden');
    await start();
    expect(shown).toMatchObject([{ title: 'ocean', body: STARTED, tag: `dask-slurm-${working.id}-started` }]);
    shown[0].onclick?.();
    expect(select).toHaveBeenCalledWith(working.id);
  });

  it.each([
    ['granted', undefined, 'hidden'],
    ['denied', true, 'hidden'],
    ['default', true, 'hidden'],
    ['granted', true, 'visible']
  ] as const)(
    'are not the browser’s where that says %s, the setting %s, and the tab is %s',
    async (may, set, tab) => {
      browser.permission = may;
      settings.browserNotifications = set;
      look(tab);
      expect(await start()).toEqual([STARTED]);
      expect([shown, browser.requestPermission.mock.calls]).toEqual([[], []]);
    }
  );

  it('are asked for at the browser by a click, and taken back by another one', async () => {
    browser.requestPermission.mockImplementation(() => Promise.resolve((browser.permission = 'granted')));
    await notifier.toggleOutside();
    expect(settings.browserNotifications).toBe(true);
    await notifier.toggleOutside();
    expect(settings.browserNotifications).toBe(false);
    expect(browser.requestPermission).toHaveBeenCalledTimes(1);
  });

  it('are asked for by the button of any of them, and stay so where another one has it too', async () => {
    browser.requestPermission.mockImplementation(() => Promise.resolve((browser.permission = 'granted')));
    look('hidden');
    await start();
    clusters.clusters = [{ ...working, status: 'lost' }];
    clusters.changed.emit();
    await new Promise(resolve => setTimeout(resolve));
    const buttons = Notification.manager.notifications.map(({ options }) => options.actions?.[1]);
    expect(buttons.map(button => button?.label)).toEqual(Array(2).fill('Tell me outside this tab'));
    for (const button of buttons) {
      button?.callback(new MouseEvent('click'));
      await new Promise(resolve => setTimeout(resolve));
      expect(settings.browserNotifications).toBe(true);
    }
  });

  it('say what to do where the browser refuses', async () => {
    browser.permission = 'denied';
    await notifier.toggleOutside();
    expect(settings.browserNotifications).toBeUndefined();
    expect(Notification.manager.notifications[0].message).toContain('Allow it in the settings of the page');
  });
});

describe('several tabs', () => {
  /** As much of the browser's as joins tabs. */
  class Channel extends EventTarget {
    static readonly all = new Set<Channel>();

    constructor() {
      super();
      Channel.all.add(this);
    }

    postMessage(data: unknown): void {
      const others = [...Channel.all].filter(other => other !== this);
      others.forEach(other => other.dispatchEvent(new MessageEvent('message', { data })));
    }
  }

  beforeEach(() => {
    jest.useFakeTimers();
    Object.assign(window, { BroadcastChannel: Channel });
  });

  afterEach(() => {
    Reflect.deleteProperty(window, 'BroadcastChannel');
    jest.useRealTimers();
  });

  it('know what their user has just seen in another one, also where they hear it a little later', async () => {
    const [hidden, seen] = [new OtherTabs(), new OtherTabs()];
    const before = hidden.haveSeen('ocean started');
    seen.saySeen('ocean started');
    await jest.advanceTimersByTimeAsync(1000);
    expect(await before).toBe(true);
    const other = hidden.haveSeen('lake started');
    await jest.advanceTimersByTimeAsync(600_000);
    expect(await other).toBe(false);
    const again = hidden.haveSeen('ocean started');
    await jest.advanceTimersByTimeAsync(1000);
    expect(await again).toBe(false);
  });
});

it('says why a cluster has no workers, and when one ends', () => {
  const error = {
    message: 'Its controller ended at 2026-11-20T21:00:00Z.',
    reason: 'ControllerLost',
    details: null
  };
  expect(wordsOf({ kind: 'lost', cluster: { ...running, status: 'lost', error } }, trans)).toMatch(
    /^ocean has no workers any more \(lost\)\. Its controller ended at (?!2026-11-20T)/
  );
  const end = Date.now() + 60_000;
  expect(wordsOf({ kind: 'ending', cluster: running, end }, trans)).toMatch(
    /^ocean ends at .*\d\d.*, by walltime\./
  );
});
