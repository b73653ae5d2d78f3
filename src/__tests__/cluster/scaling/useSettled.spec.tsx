import { ReactWidget } from '@jupyterlab/ui-components';
import { PromiseDelegate } from '@lumino/coreutils';
import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

import { useSettled } from '../../../cluster/scaling/useSettled';

type Send = (wanted: number) => Promise<unknown>;

function Stepper(props: { actual: number; send: Send }): React.ReactElement {
  const [shown, want] = useSettled(props.actual, props.send);
  return <button onClick={() => want(shown + 1)}>{shown}</button>;
}

class StepperWidget extends ReactWidget {
  actual = 0;
  send: Send = () => Promise.resolve();

  protected override render(): React.ReactElement {
    return <Stepper actual={this.actual} send={this.send} />;
  }
}

describe('what is wanted of a cluster', () => {
  let widget: StepperWidget;

  beforeEach(() => {
    jest.useFakeTimers();
    (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
    widget = new StepperWidget();
  });

  afterEach(() => {
    React.act(() => widget.dispose());
    jest.useRealTimers();
  });

  const show = (properties: Partial<Pick<StepperWidget, 'actual' | 'send'>>) => {
    Object.assign(widget, properties);
    React.act(() => {
      if (!widget.isAttached) {
        Widget.attach(widget, document.body);
      }
      widget.update();
      MessageLoop.flush();
    });
  };
  const click = () => React.act(() => widget.node.querySelector('button')?.click());
  const pause = (length: number) =>
    React.act(async () => {
      await jest.advanceTimersByTimeAsync(length);
    });

  it('is sent once for several clicks in a row, and shown at once', async () => {
    const send = jest.fn(() => Promise.resolve());
    show({ send });
    click();
    await pause(400);
    click();
    await pause(400);
    expect([send.mock.calls.length, widget.node.textContent]).toEqual([0, '2']);
    await pause(200);
    expect(send.mock.calls).toEqual([[2]]);
  });

  it('is sent again for a click during the request, and shown until both are answered', async () => {
    const answers = [new PromiseDelegate<void>(), new PromiseDelegate<void>()];
    const send = jest.fn(wanted => answers[wanted - 1].promise);
    show({ send });
    click();
    await pause(600);
    click();
    answers[0].resolve();
    await pause(600);
    expect([send.mock.calls, widget.node.textContent]).toEqual([[[1], [2]], '2']);
    show({ actual: 2 });
    answers[1].resolve();
    await pause(0);
    show({ actual: 7 });
    expect(widget.node.textContent).toBe('7');
  });

  it('falls back to what the cluster has where it is refused', async () => {
    // Whoever sends tells why, and rejects nothing.
    show({ actual: 3, send: () => Promise.resolve() });
    click();
    expect(widget.node.textContent).toBe('4');
    await pause(600);
    expect(widget.node.textContent).toBe('3');
  });
});
