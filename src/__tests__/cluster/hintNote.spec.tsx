import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { nullTranslator } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { CommandRegistry } from '@lumino/commands';
import { MessageLoop } from '@lumino/messaging';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

import { cluster as read, Cluster } from '../../api/contract';
import { ClusterProvider, IClusterContext } from '../../cluster/context';
import { HintNote } from '../../cluster/hintNote';
import { Used } from '../../cluster/used';
import { CommandIDs } from '../../commandIds';
import { HintSettings } from '../../model/hintSettings';
import { sample } from '../samples';

const PANEL = 'panel';
const running = read(sample('cluster-running'));
const stopped = read(sample('cluster-stopped'));

/** JupyterLab's settings, of one plugin. */
class Settings {
  readonly values: Record<string, unknown> = { hints: true, dismissedHints: {} };
  readonly pluginChanged = new Signal<this, string>(this);

  get(_id: string, key: string): Promise<{ composite: unknown }> {
    return Promise.resolve({ composite: this.values[key] });
  }

  set(id: string, key: string, value: unknown): Promise<void> {
    this.values[key] = value;
    this.pluginChanged.emit(id);
    return Promise.resolve();
  }
}

describe('a hint on a card', () => {
  let settings: Settings;
  let run: jest.Mock;
  let widget: Widget;

  async function show(cluster: Cluster, ended = false): Promise<void> {
    const hints = new HintSettings(settings as unknown as ISettingRegistry, PANEL);
    const commands = new CommandRegistry();
    for (const id of [CommandIDs.createCluster, CommandIDs.saveProfile]) {
      commands.addCommand(id, { execute: args => void run(id, args), describedBy: { args: {} } });
    }
    const trans = nullTranslator.load('jupyter_dask_slurm');
    const context = { commands, trans, hints, manager: { clusters: [running] } };
    widget = ReactWidget.create(
      <ClusterProvider value={context as unknown as IClusterContext}>
        {ended ? <Used cluster={cluster} /> : <HintNote cluster={cluster} />}
      </ClusterProvider>
    );
    await React.act(async () => {
      Widget.attach(widget, document.body);
      MessageLoop.flush();
      await new Promise(requestAnimationFrame);
    });
  }

  const text = () => widget.node.textContent ?? '';
  const click = async (label: string) => {
    const buttons = Array.from(widget.node.querySelectorAll('button'));
    const button = buttons.find(one => (one.getAttribute('aria-label') ?? one.textContent) === label);
    await React.act(async () => {
      button?.click();
      await new Promise(requestAnimationFrame);
    });
  };

  beforeEach(() => {
    (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
    settings = new Settings();
    run = jest.fn();
  });

  const close = () => React.act(() => widget.dispose());

  afterEach(close);

  it('says it, and takes it into the form or a profile by a click', async () => {
    await show(running);
    expect(text()).toContain(running.hints[0].message);
    await click('Start again with memory 4 GB…');
    await click('Save as profile…');
    const next = { option: 'memory', value: '4 GB' };
    expect(run.mock.calls).toEqual([
      [CommandIDs.createCluster, { like: running.id, ...next }],
      [CommandIDs.saveProfile, { cluster: running.id, ...next }]
    ]);
  });

  it('offers no click where no option helps', async () => {
    await show({ ...running, hints: [{ ...running.hints[0], option: null, value: null }] });
    expect(text()).toBe(running.hints[0].message);
  });

  it('is dismissed for its cluster, and other clusters that are gone are forgotten', async () => {
    settings.values.dismissedHints = { gone: ['spilling'] };
    await show(running);
    await click('Dismiss this hint');
    expect(text()).toBe('');
    expect(settings.values.dismissedHints).toEqual({ [running.id]: ['memory_unused'] });
    close();
    await show(running);
    expect(text()).toBe('');
    close();
    await show({ ...running, hints: [{ ...running.hints[0], code: 'spilling' }] });
    expect(text()).not.toBe('');
  });

  it('is switched off in the settings', async () => {
    settings.values.hints = false;
    await show(running);
    expect(text()).toBe('');
    await React.act(async () => {
      await settings.set(PANEL, 'hints', true);
      await new Promise(requestAnimationFrame);
    });
    expect(text()).not.toBe('');
  });

  it('has ended with its cluster: what was used, and what the next start could be', async () => {
    await show(stopped, true);
    expect(text()).toContain('Computed for 31 of 53 core hours');
    expect(text()).toContain('Filled at most 52 % of its memory (16 GiB for each job)');
    expect(text()).not.toContain('Start again with');
    await click('Save as profile…');
    expect(run).toHaveBeenCalledWith(CommandIDs.saveProfile, { cluster: stopped.id });
    close();
    const usage = stopped.usage && { ...stopped.usage, next_memory: '4 GB' };
    await show({ ...stopped, usage }, true);
    expect(text()).toContain('Next time: 4 GB of memory for each job.');
    expect(text()).toContain('Start again with memory 4 GB…');
    close();
    const options = { ...stopped.options, nodes_per_job: 2 };
    await show({ ...stopped, usage, options }, true);
    expect(text()).toContain('(16 GiB for each node)');
    expect(text()).toContain('Next time: 4 GB of memory for each node.');
    close();
    await show({ ...stopped, usage: null }, true);
    expect(text()).toBe('');
  });

  it('says of a cluster that has ended no option of a hint that is not shown', async () => {
    const hint = { ...running.hints[0], code: 'cores_wait', message: 'Cores waited.' };
    const hints = [{ ...hint, option: 'processes', value: '4' }];
    await show({ ...stopped, hints }, true);
    expect(text()).toContain('Cores waited.');
    expect(text()).toContain('Start again with processes 4…');
    close();
    settings.values.hints = false;
    await show({ ...stopped, hints }, true);
    expect(text()).not.toContain('Cores waited.');
    expect(text()).not.toContain('Next time');
    expect(text()).not.toContain('Start again with');
    close();
    settings.values.hints = true;
    const usage = stopped.usage && { ...stopped.usage, next_memory: '4 GB' };
    await show({ ...stopped, usage, hints: [{ ...hint, option: null, value: null }] }, true);
    expect(text()).toContain(
      'Cores waited.Next time: 4 GB of memory for each job.Start again with memory 4 GB…'
    );
  });
});
