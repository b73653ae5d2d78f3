import { nullTranslator } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

import { preview, profile, site } from '../../api/contract';
import { RequestError } from '../../api/requestError';
import { ClusterForm, IFormProps } from '../../create/clusterForm';
import { sample } from '../samples';

const trans = nullTranslator.load('jupyter_dask_slurm');
const told = preview(sample('preview'));
const own = { ...profile(sample('profile')), source: 'user' as const };
const options = {
  properties: { walltime: { type: 'string', title: 'Walltime', 'x-group': 'basic' } },
  'x-order': ['walltime']
};

const REFUSED = 'The partition short allows 00:10:00.';

const gpuOptions = {
  properties: {
    gpus: { type: 'integer', title: 'GPUs per job', 'x-group': 'slurm' },
    gres: { type: 'string', title: 'Generic resources', 'x-group': 'slurm' },
    gpu_workers: {
      type: 'string',
      enum: ['shared', 'one_per_gpu'],
      title: 'One worker per GPU',
      'x-group': 'slurm'
    }
  },
  'x-order': ['gpus', 'gres', 'gpu_workers']
};

describe('the form', () => {
  let form: ReactWidget;

  beforeEach(() => {
    jest.useFakeTimers();
    (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
  });

  afterEach(() => {
    React.act(() => form.dispose());
    jest.useRealTimers();
  });

  async function open(props: Partial<IFormProps> = {}): Promise<void> {
    form = ReactWidget.create(
      <ClusterForm
        source={{ options, site: site(sample('site')), profiles: [own] }}
        initial={{ walltime: '2-00:00:00' }}
        defaults={{}}
        onReset={() => undefined}
        profiles={{ save: () => Promise.resolve(), remove: () => Promise.resolve() }}
        forecast={() => Promise.resolve([])}
        trans={trans}
        onSubmit={() => Promise.resolve()}
        onCancel={() => undefined}
        preview={() => Promise.resolve(told)}
        site={() => Promise.reject(new Error('not asked for'))}
        {...props}
      />
    );
    React.act(() => {
      Widget.attach(form, document.body);
      MessageLoop.flush();
    });
    await pause();
  }

  const pause = () =>
    React.act(async () => {
      await jest.advanceTimersByTimeAsync(1000);
    });
  const click = async (label: string) => {
    const buttons = Array.from(form.node.querySelectorAll('button'));
    const button = buttons.find(({ textContent }) => textContent === label);
    expect(button?.textContent).toBe(label);
    React.act(() => button?.click());
    await pause();
  };
  const alerts = () =>
    Array.from(form.node.querySelectorAll('[role="alert"]')).map(({ textContent }) => textContent);

  it('shows what the preview finds wrong at its field', async () => {
    await open();
    expect(form.node.textContent).toContain(told.errors[0].message);
  });

  it('shows all that is malformed at once, each at its field, and names the fields', async () => {
    const properties = {
      ...options.properties,
      memory: { type: 'string', title: 'Memory per job', 'x-group': 'basic' },
      worker_extra_args: {
        type: 'array',
        items: { type: 'string' },
        title: 'Worker arguments',
        'x-group': 'workers'
      }
    };
    const errors = [
      { field: 'name', message: 'Name must begin with a letter or digit.' },
      { field: 'scaling.jobs', message: 'Jobs must be at least 0; not -3.' },
      { field: 'options.memory', message: 'Memory per job must be a size.' },
      { field: 'options.walltime', message: 'Walltime must be a time.' },
      { field: 'options.worker_extra_args', message: 'Worker arguments cannot hold --nthreads.' }
    ];
    const source = { options: { properties }, site: site(sample('site')), profiles: [own] };
    const nothing = { script: null, lines: [], command: [], exports: null };
    await open({ source, preview: () => Promise.resolve({ ...told, ...nothing, errors }) });
    expect(alerts()).toEqual(errors.map(({ message }) => message));
    expect(form.node.textContent).toContain('5 fields need your attention: Name Jobs Memory per job');
    await click('Memory per job');
    expect(document.activeElement?.id).toBe('root_memory');
    const copy = Array.from(form.node.querySelectorAll('button')).find(
      ({ textContent }) => textContent === 'Copy job script'
    );
    expect([copy?.disabled, copy?.title]).toEqual([true, 'Once what is wrong in the form is mended.']);
    expect(form.node.textContent).toContain('16 core hours an hour');
  });

  it('says what counts where a field is left empty, and in folded groups how many are set', async () => {
    const properties = {
      cores: { type: 'integer', title: 'Cores per job', 'x-group': 'basic' },
      memory: { type: 'string', title: 'Memory per job', 'x-group': 'basic' },
      walltime: { type: 'string', title: 'Walltime', 'x-group': 'basic' },
      secure: { type: 'boolean', title: 'Encrypted', 'x-group': 'network' },
      constraint: { type: 'string', title: 'Constraint', 'x-group': 'slurm', examples: ['avx2&ib'] },
      qos: { type: 'string', title: 'Quality of service', 'x-group': 'slurm' }
    };
    const used = { partition: null, cores: 8, memory: '16 GB', walltime: '00:30:00', secure: true };
    const options = { ...used, constraint: null, qos: null };
    const source = { options: { properties }, site: site(sample('site')), profiles: [own] };
    const answer = { ...told, errors: [], options, configured: ['memory'] };
    await open({ source, initial: { qos: 'high' }, preview: () => Promise.resolve(answer) });
    const empty = (name: string) => form.node.querySelector<HTMLInputElement>(`#root_${name}`)?.placeholder;
    expect(['cores', 'memory', 'walltime', 'constraint'].map(empty)).toEqual([
      '8',
      '16 GB — your Dask configuration',
      '30 min',
      'none'
    ]);
    expect(form.node.querySelector('#root_secure')?.textContent).toBe('Default: yesYesNo');
    const groups = Array.from(form.node.querySelectorAll('.jp-DaskSlurmForm-more summary'));
    expect(groups.map(({ textContent }) => textContent)).toEqual(['Where it runs', 'Network', 'Slurm 1 set']);
    expect(form.node.textContent).toContain('For example avx2&ib.');
  });

  it('says what Slurm does where nobody names a walltime', async () => {
    const answer = { ...told, errors: [], options: { walltime: null }, configured: [] };
    await open({ initial: {}, preview: () => Promise.resolve(answer) });
    expect(form.node.querySelector<HTMLInputElement>('#root_walltime')?.placeholder).toContain(
      "— Slurm's default"
    );
  });

  it('shows a request that cannot be read at its field', async () => {
    const refusal = { message: REFUSED, reason: 'InvalidRequest', field: 'options.walltime', details: null };
    await open({ preview: () => Promise.reject(new RequestError(400, refusal)) });
    expect(alerts()).toEqual([REFUSED]);
  });

  it('keeps what the former values come to where these have no answer, and says why', async () => {
    let isAway = false;
    const away = {
      message: 'Slurm does not answer.',
      reason: 'SlurmUnavailable',
      field: null,
      details: null
    };
    await open({
      preview: () =>
        isAway ? Promise.reject(new RequestError(503, away)) : Promise.resolve({ ...told, errors: [] })
    });
    isAway = true;
    await click('Reset');
    expect(form.node.textContent).toContain(
      'What this comes to is not known just now: Slurm does not answer.'
    );
    expect(form.node.querySelector('.jp-DaskSlurmForm-totals[aria-busy="true"]')?.textContent).toContain(
      '16 core'
    );
  });

  it('shows what is to be known before it is filled in', async () => {
    await open({ notice: 'ocean has left the list.' });
    expect(form.node.querySelector('[role="note"]')?.textContent).toBe('ocean has left the list.');
  });

  const hourLines = () => {
    const lines = Array.from(form.node.querySelectorAll('.jp-DaskSlurmForm-totals > div')).slice(1);
    return lines.map(({ textContent, className }) => [textContent, className]);
  };

  it('shows the hours that are left beside those that are asked for, and says whether they are enough', async () => {
    await open();
    expect(hourLines()).toEqual([
      [
        'Core hours: 16 at most until the walltime, account physics has 12.5 of 1,000 left – not enough',
        'jp-mod-short'
      ],
      ['Billing hours: you have 230 of 400 left in account physics', '']
    ]);
  });

  it('takes each line of hours for the sentence that it is: languages order words in ways of their own', async () => {
    const [cores, billing] = told.budgets;
    const budgets = [
      { ...cores, left_hours: 100 },
      { ...billing, asked_hours: 16 }
    ];
    const translated = jest.spyOn(trans, '__');
    await open({ preview: () => Promise.resolve({ ...told, budgets }) });
    const lines = [
      'Core hours: 16 at most until the walltime, account physics has 100 of 1,000 left',
      'Billing hours: 16 at most until the walltime, you have 230 of 400 left in account physics'
    ];
    expect(hourLines()).toEqual(lines.map(line => [line, '']));
    const sentences = translated.mock.results.map(({ value }) => value as string);
    expect(sentences).toEqual(expect.arrayContaining(lines));
    translated.mockRestore();
  });

  it('asks Slurm before it starts, and starts nothing that Slurm refuses', async () => {
    const sentence = 'Slurm refuses this: Invalid walltime.';
    const refusal = { field: 'options.walltime', message: sentence };
    const onSubmit = jest.fn(() => Promise.resolve());
    const refusing = { ...told, errors: [refusal] };
    await open({
      preview: (_request, askSlurm) => Promise.resolve(askSlurm ? refusing : { ...told, errors: [] }),
      onSubmit
    });
    expect(alerts()).toEqual([]);
    await click('Start');
    expect(alerts()).toEqual([sentence, 'One field needs your attention: Walltime']);
    expect(onSubmit).not.toHaveBeenCalled();
  });

  it('opens what is folded where something is wrong in it', async () => {
    const properties = { reservation: { type: 'string', title: 'Reservation', 'x-group': 'slurm' } };
    const source = { options: { properties }, site: site(sample('site')), profiles: [own] };
    const isOpen = () => form.node.querySelector<HTMLDetailsElement>('details:has(#root_reservation)')?.open;
    await open({ source, preview: () => Promise.resolve({ ...told, errors: [] }) });
    expect(isOpen()).toBe(false);
    React.act(() => form.dispose());
    const errors = [{ field: 'options.reservation', message: 'There is none.' }];
    await open({ source, preview: () => Promise.resolve({ ...told, errors }) });
    expect(isOpen()).toBe(true);
    // Folded again, its name leads there.
    form.node.querySelector<HTMLDetailsElement>('details:has(#root_reservation)')?.removeAttribute('open');
    await click('Reservation');
    expect([isOpen(), document.activeElement?.id]).toEqual([true, 'root_reservation']);
  });

  it('has a switch for one worker per GPU where GPUs are asked for', async () => {
    const source = { options: gpuOptions, site: site(sample('site')), profiles: [own] };
    const asked: unknown[] = [];
    const look: IFormProps['preview'] = request => {
      asked.push(request.options);
      return Promise.resolve({ ...told, errors: [] });
    };
    const without: IFormProps['initial'][] = [{}, { gpus: 0 }, { gres: 'disk:10' }];
    const withGpus: IFormProps['initial'][] = [{ gpus: 2 }, { gres: 'disk:1,gpu:a100:2' }];
    const box = () => form.node.querySelector<HTMLInputElement>('input[type="checkbox"]');
    for (const none of without) {
      await open({ source, initial: none, preview: look });
      expect(box()).toBeNull();
      React.act(() => form.dispose());
    }
    for (const some of withGpus) {
      await open({ source, initial: some, preview: look });
      expect(box()?.checked).toBe(false);
      expect(form.node.querySelector(`label[for="${box()?.id}"]`)?.textContent).toBe('One worker per GPU');
      React.act(() => box()?.click());
      await pause();
      expect(asked.pop()).toEqual({ ...some, gpu_workers: 'one_per_gpu' });
      React.act(() => box()?.click());
      await pause();
      expect(asked.pop()).toEqual({ ...some, gpu_workers: 'shared' });
      React.act(() => form.dispose());
    }
    await open({ source, initial: { gpu_workers: 'one_per_gpu' }, preview: look });
    expect(box()?.checked).toBe(true);
  });

  describe('the kernels', () => {
    const properties = { kernel: { type: 'string', title: 'Kernel', 'x-group': 'basic' } };
    const offered = site(sample('site'));
    const remote = { ...offered.kernels[0], name: 'remote', display_name: 'Remote', looked_at: false };
    const others = [
      {
        ...offered.kernels[0],
        name: 'ir',
        display_name: 'R',
        language: 'r',
        usable: false,
        problem: 'is an R kernel'
      },
      remote
    ];
    const source = {
      options: { properties },
      site: { ...offered, kernels: [...offered.kernels, ...others] },
      profiles: []
    };
    const choices = () =>
      Array.from(form.node.querySelectorAll('#root_kernel option')).map(({ textContent }) => textContent);

    it('are those of Python, each with its own reason where it cannot be used', async () => {
      await open({ source });
      expect(choices().slice(1)).toEqual([
        'Python 3 (ipykernel)',
        `Analysis (${offered.kernels[1].problem})`,
        'Remote'
      ]);
      expect(offered.kernels[1].problem).toContain('has no distributed and no dask-jobqueue');
    });

    it('are looked at when one is chosen, and the form says so until that is done', async () => {
      const fine = { ...told, errors: [] };
      const answers = [{ ...fine, looking_at: 'remote' }];
      let done = false;
      const preview = () => Promise.resolve(done ? fine : answers[0]);
      await open({ source, initial: { kernel: 'remote' }, preview });
      expect(form.node.textContent).toContain('Looking at this kernel…');
      done = true;
      await pause();
      expect(form.node.textContent).not.toContain('Looking at');
    });
  });

  it('starts where the preview cannot be had: the request itself is answered', async () => {
    const onSubmit = jest.fn(() => Promise.resolve());
    await open({ preview: () => Promise.reject(new Error('away')), onSubmit });
    await click('Start');
    expect(onSubmit).toHaveBeenCalled();
  });

  describe('where a start was refused', () => {
    const refusal = { message: REFUSED, reason: 'Refused', field: 'options.walltime', details: null };
    const refused: Partial<IFormProps> = {
      preview: () => Promise.resolve({ ...told, errors: [] }),
      onSubmit: () => Promise.reject(new RequestError(400, refusal))
    };

    async function refuse(initial: IFormProps['initial']): Promise<void> {
      // Where defaults are left to be filled in, that alone is an edit.
      await open({ ...refused, initial, defaults: { backend: 'slurm', jobs: 1 } });
      await click('Start');
      expect(alerts()).toEqual([REFUSED, 'One field needs your attention: Walltime']);
    }

    it('says so no more after Reset', async () => {
      await refuse({ walltime: '2-00:00:00' });
      await click('Reset');
      expect(alerts()).toEqual([]);
    });

    it('says so no more after the profile was deleted that it was said of', async () => {
      await refuse({ walltime: '2-00:00:00', profile: own.name });
      await click(`Delete profile ${own.name}…`);
      await click('Delete');
      expect(alerts()).toEqual([]);
    });

    it('says so no more after a profile was saved, which is chosen then', async () => {
      await refuse({ walltime: '2-00:00:00', profile: own.name });
      await click('Save as profile…');
      await click(`Replace ${own.name}`);
      expect(alerts()).toEqual([]);
    });
  });
});
