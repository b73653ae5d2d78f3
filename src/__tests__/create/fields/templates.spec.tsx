import { ReactWidget } from '@jupyterlab/apputils';
import { nullTranslator } from '@jupyterlab/translation';
import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import Form from '@rjsf/core';
import type { RJSFSchema } from '@rjsf/utils';
import * as React from 'react';

import { noValidator } from '../../../create/fields/noValidator';
import { FieldTemplate, ObjectTemplate } from '../../../create/fields/templates';

const text = (title: string, group: string) => ({ type: 'string', title, 'x-group': group });
const manual = 'https://slurm.schedmd.com/sbatch.html#OPT_qos';
const schema = {
  type: 'object',
  properties: {
    walltime: text('Walltime', 'basic'),
    qos: {
      ...text('Quality of service', 'slurm'),
      description: 'Becomes --qos.',
      'x-slurm': '--qos',
      'x-manual': manual
    },
    reservation: text('Reservation', 'slurm')
  },
  required: ['qos']
} as RJSFSchema;

it('marks what the administrator wants to be named, shows it at once, and leads to the manual', () => {
  (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
  const form = ReactWidget.create(
    <Form
      schema={schema}
      validator={noValidator}
      templates={{ FieldTemplate, ObjectFieldTemplate: ObjectTemplate }}
      formContext={{ trans: nullTranslator.load('jupyter_dask_slurm') }}
    />
  );
  React.act(() => {
    Widget.attach(form, document.body);
    MessageLoop.flush();
  });
  const labels = (selector: string) =>
    Array.from(form.node.querySelectorAll(`${selector} label`), label => label.textContent);
  expect(labels('details')).toEqual(['Reservation']);
  expect(labels('div')).toEqual(['Walltime', 'Quality of service *', 'Reservation']);
  const links = Array.from(form.node.querySelectorAll('a'), link => [link.textContent, link.href]);
  expect(links).toEqual([['--qos', manual]]);
  expect(form.node.textContent).toContain('Becomes --qos.');
  React.act(() => form.dispose());
});
