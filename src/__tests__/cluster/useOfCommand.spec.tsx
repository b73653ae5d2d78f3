import { ReactWidget } from '@jupyterlab/ui-components';
import { CommandRegistry } from '@lumino/commands';
import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

import { ClusterProvider, IClusterContext, useOfCommand } from '../../cluster/context';

beforeAll(() => {
  (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
});

it('draws what is shown of a command again when that is another, whatever else is told of commands', async () => {
  const commands = new CommandRegistry();
  let label = 'Connect';
  commands.addCommand('ours', { label: () => label, execute: () => undefined, describedBy: { args: {} } });
  commands.addCommand('other', { execute: () => undefined, describedBy: { args: {} } });
  const drawn: string[] = [];
  const Label = () => {
    const shown = useOfCommand('ours', () => commands.label('ours'));
    drawn.push(shown);
    return <>{shown}</>;
  };
  const widget = ReactWidget.create(
    <ClusterProvider value={{ commands } as unknown as IClusterContext}>
      <Label />
    </ClusterProvider>
  );
  const tell = (...ids: (string | undefined)[]) =>
    React.act(() => ids.forEach(id => commands.notifyCommandChanged(id)));
  await React.act(async () => {
    Widget.attach(widget, document.body);
    MessageLoop.flush();
    await new Promise(requestAnimationFrame);
  });

  tell('other', 'ours', undefined);
  expect(drawn).toEqual(['Connect']);
  label = 'New notebook';
  tell('other');
  expect(drawn).toEqual(['Connect']);
  tell('ours');
  expect(drawn).toEqual(['Connect', 'New notebook']);
  label = 'Connect';
  tell(undefined);
  expect(drawn).toEqual(['Connect', 'New notebook', 'Connect']);
  widget.dispose();
});
