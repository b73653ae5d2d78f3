import { nullTranslator } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { PromiseDelegate } from '@lumino/coreutils';
import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

import { Preview, preview } from '../../../api/contract';
import { Exports } from '../../../create/preview/exports';
import { ScriptPreview } from '../../../create/preview/scriptPreview';
import { AskPreview, usePreview } from '../../../create/preview/usePreview';
import { sample } from '../../samples';

const trans = nullTranslator.load('jupyter_dask_slurm');
const told = preview(sample('preview'));
const fine = { ...told, errors: [] };

function Answer(props: { partition: string; ask: AskPreview }): React.ReactElement {
  const { preview, isLate } = usePreview({ options: { partition: props.partition } }, props.ask);
  return preview ? (
    <>
      <Exports preview={preview} isLate={isLate} trans={trans} />
      <ScriptPreview preview={preview} isLate={isLate} onSlurm partition="normal" trans={trans} />
    </>
  ) : (
    <p>nothing</p>
  );
}

class Asker extends ReactWidget {
  partition = '';
  ask: AskPreview = () => Promise.resolve(told);

  protected override render(): React.ReactElement {
    return <Answer partition={this.partition} ask={this.ask} />;
  }
}

describe('the preview', () => {
  let asker: Asker;

  beforeEach(() => {
    jest.useFakeTimers();
    (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
    asker = new Asker();
  });

  afterEach(() => {
    React.act(() => asker.dispose());
    jest.useRealTimers();
  });

  const show = (partition: string, ask: AskPreview) => {
    Object.assign(asker, { partition, ask });
    React.act(() => {
      if (!asker.isAttached) {
        Widget.attach(asker, document.body);
      }
      asker.update();
      MessageLoop.flush();
    });
  };
  const pause = (length = 1000) =>
    React.act(async () => {
      await jest.advanceTimersByTimeAsync(length);
    });
  /** React draws, and sets its timers, between the steps. */
  const minutes = async (count: number) => {
    for (let step = 0; step < 20 * count; step++) {
      await pause(3000);
    }
  };
  const canCopy = () => !asker.node.querySelector('button')?.disabled;
  const isBusy = () => asker.node.querySelector('section')?.getAttribute('aria-busy');

  it('asks once for what was typed before a pause, and shows each line with its meaning', async () => {
    const ask = jest.fn(() => Promise.resolve(told));
    show('sho', ask);
    show('short', ask);
    await pause();
    expect(ask.mock.calls).toEqual([[{ options: { partition: 'short' } }, false]]);
    expect(asker.node.textContent).toContain('#SBATCH -p shortThe partition that the jobs wait in.');
  });

  it('has Slurm asked once, when the form rests and nothing is wrong', async () => {
    const ask = jest.fn<Promise<Preview>, Parameters<AskPreview>>(() => Promise.resolve(fine));
    show('sho', ask);
    await pause();
    show('short', ask);
    await pause(60_000);
    expect(ask.mock.calls.map(([, askSlurm]) => askSlurm)).toEqual([false, false, true]);
    const wrong = jest.fn<Promise<Preview>, Parameters<AskPreview>>(() => Promise.resolve(told));
    show('long', wrong);
    await pause(60_000);
    expect(wrong.mock.calls.map(([, askSlurm]) => askSlurm)).toEqual([false]);
  });

  it('asks again while a kernel is looked at, and Slurm once that is done', async () => {
    const looking = { ...fine, script: null, lines: [], looking_at: 'ocean' };
    const answers = [looking, looking, fine];
    const ask = jest.fn<Promise<Preview>, Parameters<AskPreview>>(() =>
      Promise.resolve({ ...(answers.shift() ?? fine) })
    );
    show('short', ask);
    for (let second = 0; second < 10; second++) {
      await pause();
    }
    expect(asker.node.textContent).toContain('#SBATCH -p short');
    expect(ask.mock.calls.filter(([, askSlurm]) => askSlurm)).toHaveLength(1);
    expect(ask.mock.calls.at(-1)?.[1]).toBe(true);
    expect(ask.mock.calls.length).toBeLessThan(7);
  });

  it('asks again where nobody has answered, later and later, and Slurm once when the form rests then', async () => {
    let isAway = true;
    const ask = jest.fn<Promise<Preview>, Parameters<AskPreview>>(() =>
      isAway ? Promise.reject(new Error('away')) : Promise.resolve({ ...fine })
    );
    show('short', ask);
    await minutes(2);
    expect(ask.mock.calls.length).toBeGreaterThan(4);
    expect(ask.mock.calls.length).toBeLessThan(9);
    expect(ask.mock.calls.filter(([, askSlurm]) => askSlurm)).toEqual([]);
    isAway = false;
    await minutes(2);
    expect(asker.node.textContent).toContain('#SBATCH -p short');
    expect(ask.mock.calls.slice(-2).map(([, askSlurm]) => askSlurm)).toEqual([false, true]);
    expect(ask.mock.calls.filter(([, askSlurm]) => askSlurm)).toHaveLength(1);
  });

  it('asks Slurm no oftener where that alone has no answer', async () => {
    const ask = jest.fn<Promise<Preview>, Parameters<AskPreview>>((_, askSlurm) =>
      askSlurm ? Promise.reject(new Error('away')) : Promise.resolve({ ...fine })
    );
    show('short', ask);
    await minutes(3);
    expect(ask.mock.calls.length).toBeGreaterThan(5);
    expect(ask.mock.calls.length).toBeLessThan(11);
    expect(ask.mock.calls.filter(([, askSlurm]) => !askSlurm)).toHaveLength(1);
  });

  it('goes on looking at a kernel after questions that had no answer', async () => {
    const looking = { ...fine, script: null, lines: [], looking_at: 'ocean' };
    const ask = jest.fn<Promise<Preview>, Parameters<AskPreview>>(() => Promise.resolve({ ...fine }));
    const away = new Error('away');
    ask.mockResolvedValueOnce(looking).mockRejectedValueOnce(away).mockRejectedValueOnce(away);
    show('short', ask);
    await minutes(1);
    expect(asker.node.textContent).toContain('#SBATCH -p short');
  });

  it('says where the script is while it cannot be made', async () => {
    show('short', () => Promise.resolve({ ...told, script: null, lines: [], command: [], exports: null }));
    await pause();
    expect(asker.node.textContent).toContain('The script stands here once');
  });

  it('drops an answer that comes after a newer question', async () => {
    const late = new PromiseDelegate<Preview>();
    show('short', () => late.promise);
    await pause();
    const never = new PromiseDelegate<Preview>();
    show('long', () => never.promise);
    late.resolve(told);
    await pause();
    expect(asker.node.textContent).toBe('nothing');
  });

  it('is marked as that of former values, and not taken along, where the answer takes long, and only then', async () => {
    show('short', () => Promise.resolve(told));
    await pause();
    expect(isBusy()).toBe('false');
    const slow = new PromiseDelegate<Preview>();
    show('long', () => slow.promise);
    await pause(700);
    expect(isBusy()).toBe('false');
    await pause(200);
    expect([isBusy(), canCopy()]).toEqual(['true', false]);
    slow.resolve(told);
    await pause(0);
    expect([isBusy(), canCopy()]).toEqual(['false', true]);
  });

  it('is not marked while Slurm is only asked again about the same values', async () => {
    show('short', () => Promise.resolve(told));
    await pause();
    const never = new PromiseDelegate<Preview>();
    show('short', () => never.promise);
    await pause(20_000);
    expect(isBusy()).toBe('false');
  });

  it('is not marked any more where the values are again those that were answered', async () => {
    show('short', () => Promise.resolve(told));
    await pause();
    const never = new PromiseDelegate<Preview>();
    show('long', () => never.promise);
    await pause();
    expect(isBusy()).toBe('true');
    show('short', () => never.promise);
    expect(isBusy()).toBe('false');
  });

  it('shows nothing where the server cannot tell', async () => {
    show('short', () => Promise.reject(new Error('no such route')));
    await pause();
    expect(asker.node.textContent).toBe('nothing');
  });
});
