import { StateDB } from '@jupyterlab/statedb';
import { nullTranslator } from '@jupyterlab/translation';
import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

import { ClusterClient } from '../../api/client';
import { Cluster, preview, site } from '../../api/contract';
import { ClusterEvents } from '../../api/events';
import { FormWidget, IFormWidgetOptions } from '../../create/formWidget';
import { LastChoices } from '../../create/request/lastChoices';
import { ClusterManager } from '../../model/manager';
import { sample } from '../samples';
import { TestServer } from '../server';

const trans = nullTranslator.load('jupyter_dask_slurm');
const API = 'dask-slurm/api';
const field = (title: string) => ({ type: 'string', title, 'x-group': 'basic' });
const properties = {
  walltime: field('Walltime'),
  kernel: field('Kernel'),
  processes: { type: 'integer', title: 'Processes', 'x-group': 'workers' },
  idle_timeout: { type: 'string', title: 'Idle timeout', 'x-group': 'life' }
};
const schema = { properties };

describe('the form of a new cluster', () => {
  let server: TestServer;
  let manager: ClusterManager;
  let choices: LastChoices;
  let body: FormWidget;
  let mayRestart: jest.Mock<Promise<boolean>, [Cluster]>;

  beforeEach(async () => {
    (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
    server = await TestServer.start();
    server.answers.set(`GET ${API}/schema`, [200, schema]);
    server.answers.set(`GET ${API}/site`, [200, sample('site')]);
    server.answers.set(`GET ${API}/profiles`, [200, [sample('profile')]]);
    server.answers.set(`POST ${API}/preview`, [200, { ...preview(sample('preview')), errors: [] }]);
    server.answers.set(`POST ${API}/clusters`, [201, sample('cluster-running')]);
    const { settings } = server;
    manager = new ClusterManager(new ClusterClient(settings, trans), () => new ClusterEvents(settings));
    choices = new LastChoices(new StateDB());
    mayRestart = jest.fn<Promise<boolean>, [Cluster]>().mockResolvedValue(true);
  });

  afterEach(async () => {
    React.act(() => body.dispose());
    manager.dispose();
    await server.stop();
  });

  /** Resolves as soon as it is so; the test's time limit is the deadline. */
  async function until(wanted: () => boolean): Promise<void> {
    while (!wanted()) {
      await React.act(() => new Promise(resolve => setTimeout(resolve, 5)));
    }
  }

  function begin(options: Pick<IFormWidgetOptions, 'kernel' | 'like' | 'recipe'>): void {
    body = new FormWidget({ manager, trans, choices, mayRestart, ...options });
    React.act(() => {
      Widget.attach(body, document.body);
      MessageLoop.flush();
    });
  }

  async function open(kernel?: string): Promise<void> {
    begin({ kernel });
    await shown();
  }

  async function shown(): Promise<void> {
    await until(() => body.node.querySelector('form') !== null);
  }

  const value = (id: string) => body.node.querySelector<HTMLInputElement>(`#root_${id}`)?.value;
  const start = () =>
    React.act(() => body.node.querySelector<HTMLButtonElement>('button[type="submit"]')?.click());

  it('begins with the last choices; the kernel at hand counts more', async () => {
    await choices.keep({ walltime: '01:00:00', kernel: 'gone' });
    await open('python3');
    expect([value('walltime'), value('kernel')]).toEqual(['01:00:00', 'python3']);
  });

  it('does without a kernel that has no Dask in it', async () => {
    await open('analysis');
    expect(value('kernel')).toBe('');
  });

  it('keeps what was started as the last choices', async () => {
    await choices.keep({ walltime: '01:00:00' });
    await open();
    await choices.forget();
    let done = false;
    body.done.connect(() => (done = true));
    start();
    await until(() => done);
    expect(await choices.read(site(sample('site')))).toMatchObject({ walltime: '01:00:00' });
    expect(server.count('POST', `${API}/clusters`)).toBe(1);
  });

  describe('with what a notebook brings', () => {
    const notice = () => body.node.querySelector('[role="note"]')?.textContent;

    it('begins with that, says where it is from, shows the script, and starts nothing by itself', async () => {
      await choices.keep({ walltime: '01:00:00' });
      begin({ recipe: { walltime: '00:07:00', python: '/tmp/evil', partition: 'gone' }, kernel: 'python3' });
      await shown();
      expect([value('walltime'), value('kernel')]).toEqual(['00:07:00', 'python3']);
      expect(notice()).toBe(
        'These options came with the notebook. Look at the script before you start it. ' +
          'This site does not offer you: partition gone.'
      );
      await until(() => body.node.querySelector('details[open] .jp-DaskSlurmPreview-lines') !== null);
      expect(server.count('POST', `${API}/clusters`)).toBe(0);
    });

    it('shows what it fills in, also where there is no script to look at', async () => {
      begin({ recipe: { backend: 'local', processes: 4 } });
      await shown();
      expect(notice()).toBe('These options came with the notebook. Look at them before you start it.');
      const groups = Array.from(body.node.querySelectorAll<HTMLDetailsElement>('.jp-DaskSlurmForm-more'));
      const unfolded = groups.filter(({ open }) => open).map(group => group.querySelector('summary'));
      const titles = unfolded.map(summary => summary?.textContent);
      expect(titles).toEqual(['Where it runs 1 set', 'Workers 1 set']);
      expect(groups.length).toBe(3);
    });

    it('keeps none of it as its user’s own choices', async () => {
      await choices.keep({ walltime: '01:00:00' });
      begin({ recipe: { walltime: '00:07:00' } });
      await shown();
      let done = false;
      body.done.connect(() => (done = true));
      start();
      await until(() => done);
      expect(await choices.read(site(sample('site')))).toEqual({ walltime: '01:00:00' });
    });

    it.each([{ python: '/tmp/evil' }, 'evil', 7])('makes nothing of %j', async recipe => {
      await choices.keep({ walltime: '01:00:00' });
      begin({ recipe });
      await shown();
      expect([value('walltime'), notice()]).toEqual(['01:00:00', undefined]);
    });
  });

  describe('like a cluster', () => {
    const ocean = sample('cluster-running') as Cluster;
    const notice = () => body.node.querySelector('[role="note"]')?.textContent;
    const heading = () => body.node.querySelector('h2')?.textContent;

    beforeEach(async () => {
      server.answers.set(`GET ${API}/clusters`, [
        200,
        [{ ...ocean, options: { ...ocean.options, walltime: '00:07:00' } }]
      ]);
      await manager.refresh();
      await choices.keep({ walltime: '01:00:00' });
    });

    it('begins with its options', async () => {
      begin({ like: ocean.id });
      await shown();
      expect(heading()).toBe(`Start ${ocean.name} again`);
      expect(value('walltime')).toBe('00:07:00');
      expect(notice()).toBeUndefined();
    });

    it('asks before what runs is lost', async () => {
      const path = `${API}/clusters/${ocean.id}/restart`;
      server.answers.set(`POST ${path}`, [201, ocean]);
      mayRestart.mockResolvedValueOnce(false);
      const done: unknown[] = [];
      begin({ like: ocean.id });
      body.done.connect((_, cluster) => done.push(cluster?.id));
      await shown();
      const button = () => body.node.querySelector<HTMLButtonElement>('button[type="submit"]');
      start();
      await until(() => mayRestart.mock.calls.length === 1 && button()?.disabled === false);
      expect([mayRestart.mock.calls[0][0].status, server.count('POST', path), done]).toEqual([
        'running',
        0,
        []
      ]);
      start();
      await until(() => done.length === 1);
      expect([server.count('POST', path), done]).toEqual([1, [ocean.id]]);
    });

    it('says so where it leaves the list meanwhile, keeps its options, and starts a new one', async () => {
      server.answers.set(`DELETE ${API}/clusters/${ocean.id}`, [204]);
      jest.spyOn(manager.client, 'site').mockImplementation(async () => {
        await manager.remove(ocean.id);
        return site(sample('site'));
      });
      begin({ like: ocean.id });
      await shown();
      expect([heading(), body.title.label]).toEqual(['New cluster', 'New cluster']);
      expect(notice()).toContain(`${ocean.name} has left the list`);
      expect(value('walltime')).toBe('00:07:00');
      start();
      await until(() => server.count('POST', `${API}/clusters`) === 1);
    });

    it('says so where it was not in the list any more', async () => {
      begin({ like: 'lake-0001' });
      await shown();
      expect(heading()).toBe('New cluster');
      expect(notice()).toContain('has left the list');
      expect(value('walltime')).toBe('01:00:00');
    });
  });
});
