import { nullTranslator } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

import { preview, site } from '../../api/contract';
import { ClusterForm } from '../../create/clusterForm';
import { inOneCluster } from '../../create/request/formRequest';
import { sample } from '../samples';

const trans = nullTranslator.load('jupyter_dask_slurm');
const text = (title: string) => ({ type: 'string', title, 'x-group': 'basic' });
const options = { properties: { slurm_cluster: text('Slurm cluster'), partition: text('Partition') } };
const atlas = site(sample('site'));
const tethys = {
  ...atlas,
  slurm: { ...atlas.slurm, cluster_name: 'tethys' },
  partitions: [{ ...atlas.partitions[0], name: 'deep' }]
};

describe('the form where there are several Slurm clusters', () => {
  let form: ReactWidget;
  const asked: string[] = [];

  beforeEach(() => {
    jest.useFakeTimers();
    (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
    asked.length = 0;
  });

  afterEach(() => {
    React.act(() => form.dispose());
    jest.useRealTimers();
  });

  async function open(usual = atlas, initial = {}): Promise<void> {
    form = ReactWidget.create(
      <ClusterForm
        source={{ options, site: usual, profiles: [] }}
        initial={initial}
        defaults={{}}
        onReset={() => undefined}
        profiles={{ save: () => Promise.resolve(), remove: () => Promise.resolve() }}
        forecast={() => Promise.resolve([])}
        trans={trans}
        onSubmit={() => Promise.resolve()}
        onCancel={() => undefined}
        preview={() => Promise.resolve({ ...preview(sample('preview')), errors: [] })}
        site={name => {
          asked.push(name);
          return Promise.resolve(tethys);
        }}
      />
    );
    React.act(() => {
      Widget.attach(form, document.body);
      MessageLoop.flush();
    });
    await React.act(async () => {
      await jest.advanceTimersByTimeAsync(1000);
    });
  }

  const choices = (id: string) =>
    Array.from(form.node.querySelectorAll<HTMLOptionElement>(`#root_${id} option`)).map(
      ({ textContent }) => textContent?.split(' (up')[0]
    );

  it('offers the clusters, and the partitions of the usual one', async () => {
    await open();
    expect(choices('slurm_cluster')).toEqual(['Default: atlas', 'atlas', 'tethys']);
    expect(choices('partition')).toContain('normal');
    expect(asked).toEqual([]);
  });

  it('offers the partitions of the cluster that is chosen', async () => {
    await open(atlas, { slurm_cluster: 'tethys' });
    expect(asked).toEqual(['tethys']);
    expect(choices('slurm_cluster')[0]).toBe('Default: atlas');
    expect(choices('partition').slice(1)).toEqual(['deep']);
  });

  it('has no such field where there is one cluster', async () => {
    await open({ ...atlas, slurm: { ...atlas.slurm, clusters: ['atlas'] } });
    expect(form.node.querySelector('#root_slurm_cluster')).toBeNull();
  });

  it('forgets what only the other cluster has, unless it was chosen with the new one', () => {
    const before = { slurm_cluster: 'atlas', partition: 'normal', cores: 2 };
    expect(inOneCluster(before, { ...before, slurm_cluster: 'tethys' })).toEqual({
      slurm_cluster: 'tethys',
      cores: 2
    });
    const both = { slurm_cluster: 'tethys', partition: 'deep', cores: 2 };
    expect(inOneCluster(before, both)).toEqual(both);
    expect(inOneCluster(before, { ...before, cores: 4 })).toEqual({ ...before, cores: 4 });
  });
});
