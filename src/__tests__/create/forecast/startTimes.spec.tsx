import { nullTranslator } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

import { site as read, variant } from '../../../api/contract';
import { AskForecast, StartTimes } from '../../../create/forecast/startTimes';
import { trialsOf } from '../../../create/forecast/variants';
import { sample } from '../../samples';

const trans = nullTranslator.load('jupyter_dask_slurm');
const site = read(sample('site'));
const others = site.partitions.filter(({ allowed, default: usual }) => allowed && !usual);

describe('what is tried', () => {
  const options = (data: Parameters<typeof trialsOf>[0]) =>
    trialsOf(data, site, trans).map(trial => trial.options);

  it('is the form as it is, with half the time, half the cores, and in other partitions', () => {
    const elsewhere = others.map(({ name }) => ({ partition: name }));
    const tried = options({ walltime: '1-01:01:00', cores: 8, processes: 2 });
    expect(tried).toEqual([{}, { walltime: '12:30:00' }, { cores: 4 }, ...elsewhere].slice(0, 6));
    expect(options({ walltime: '2 h' })[1]).toEqual({ walltime: '01:00:00' });
    expect(options({ walltime: '4-00:00:00' })[1]).toEqual({ walltime: '2-00:00:00' });
  });

  it('halves the time that counts where none is named', () => {
    const usual = site.partitions.find(partition => partition.default)!;
    const partitions = [{ ...usual, default_walltime_s: 3600 }];
    expect(trialsOf({}, { ...site, partitions }, trans)[1]?.options).toEqual({ walltime: '00:30:00' });
    const unlimited = [{ ...usual, default_walltime_s: null, max_walltime_s: null }];
    expect(trialsOf({ walltime: null }, { ...site, partitions: unlimited }, trans)).toHaveLength(1);
  });

  it('is no more than can be halved', () => {
    const tried = options({ walltime: '00:01:00', cores: 3, processes: 2 });
    expect(tried.slice(1).every(each => 'partition' in each)).toBe(true);
    expect(options({ partition: others[0]?.name })).not.toContainEqual({ partition: others[0]?.name });
  });
});

describe('when it would start', () => {
  let widget: Widget;

  async function show(ask: AskForecast): Promise<void> {
    widget = ReactWidget.create(
      <StartTimes
        data={{ walltime: '01:00:00' }}
        site={site}
        request={{ options: {} }}
        ask={ask}
        trans={trans}
      />
    );
    await React.act(async () => {
      Widget.attach(widget, document.body);
      MessageLoop.flush();
      await new Promise(requestAnimationFrame);
    });
    await React.act(async () => {
      widget.node.querySelector('button')?.click();
      await new Promise(requestAnimationFrame);
    });
  }

  beforeEach(() => {
    (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
  });

  afterEach(() => React.act(() => widget.dispose()));

  it('is asked by a click alone, and each line says when or why not', async () => {
    const told = variant(sample('variant'));
    const ask = jest.fn<ReturnType<AskForecast>, Parameters<AskForecast>>((_, variants) =>
      Promise.resolve(
        [
          { ...told },
          { ...told, expected_start_at: null, error: 'No.' },
          { ...told, expected_start_at: null, note: 'Not now.' }
        ].slice(0, variants.length)
      )
    );
    await show(ask);
    expect(ask).toHaveBeenCalledTimes(1);
    const rows = Array.from(widget.node.querySelectorAll('tr'), row => row.textContent);
    expect(rows[0]).toMatch(/^As it is≈ /);
    expect(rows[1]).toBe('Half the time: 00:30:00No.');
    expect(rows[2]).toMatch(/Not now\.$/);
  });

  it('says why it could not be asked', async () => {
    await show(() => Promise.reject(new Error('Slurm is away.')));
    expect(widget.node.querySelector('[role=alert]')?.textContent).toBe('Slurm is away.');
    expect(widget.node.querySelector('button')?.disabled).toBe(false);
  });
});
