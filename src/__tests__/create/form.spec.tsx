import { nullTranslator } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

import { preview, site } from '../../api/validate';
import { ClusterForm } from '../../create/form';
import { sample } from '../contract';

const trans = nullTranslator.load('jupyter_dask_slurm');
const told = preview(sample('preview'));
const options = {
  properties: { walltime: { type: 'string', title: 'Walltime', 'x-group': 'basic' } },
  'x-order': ['walltime']
};

it('shows what the preview finds wrong at its field', async () => {
  jest.useFakeTimers();
  (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
  const form = ReactWidget.create(
    <ClusterForm
      source={{ options, site: site(sample('site')), profiles: [] }}
      initial={{ walltime: '2-00:00:00' }}
      defaults={{}}
      onReset={() => undefined}
      profiles={{ save: () => Promise.resolve(), remove: () => Promise.resolve() }}
      trans={trans}
      onSubmit={() => Promise.resolve()}
      onCancel={() => undefined}
      preview={() => Promise.resolve(told)}
    />
  );
  React.act(() => {
    Widget.attach(form, document.body);
    MessageLoop.flush();
  });
  await React.act(async () => {
    await jest.advanceTimersByTimeAsync(1000);
  });
  expect(form.node.textContent).toContain(told.errors[0].message);
  React.act(() => form.dispose());
  jest.useRealTimers();
});
