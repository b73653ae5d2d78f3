import { ReactWidget } from '@jupyterlab/ui-components';
import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

import { useFetched } from '../../details/useFetched';

type Ask = () => Promise<string>;

function Answer({ ask, occasion }: { ask: Ask; occasion: number }): React.ReactElement {
  const { value, error } = useFetched(ask, occasion);
  return <p>{error ?? value ?? 'nothing yet'}</p>;
}

class Tab extends ReactWidget {
  occasion = 0;
  readonly ask = jest.fn<Promise<string>, []>(() => Promise.resolve('told'));

  protected override render(): React.ReactElement {
    return <Answer ask={this.ask} occasion={this.occasion} />;
  }
}

describe('what is fetched for a tab', () => {
  let tab: Tab;
  let ask: Tab['ask'];

  beforeEach(() => {
    jest.useFakeTimers();
    (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
    tab = new Tab();
    ({ ask } = tab);
    React.act(() => {
      Widget.attach(tab, document.body);
      MessageLoop.flush();
    });
  });

  afterEach(() => {
    React.act(() => tab.dispose());
    jest.useRealTimers();
  });

  const pass = (seconds: number) =>
    React.act(async () => {
      await jest.advanceTimersByTimeAsync(1000 * seconds);
    });
  const happen = () => {
    tab.occasion += 1;
    React.act(() => {
      tab.update();
      MessageLoop.flush();
    });
  };

  it('is asked for once an occasion', async () => {
    await pass(600);
    expect([ask.mock.calls.length, tab.node.textContent]).toEqual([1, 'told']);
    happen();
    await pass(600);
    expect(ask).toHaveBeenCalledTimes(2);
  });

  it('is asked for again where that failed, later and later, though nothing else happens', async () => {
    ask.mockRejectedValue(new Error('Jupyter does not answer.'));
    await pass(240);
    expect(tab.node.textContent).toBe('Jupyter does not answer.');
    const asked = ask.mock.calls.length;
    expect(asked).toBeGreaterThan(5);
    expect(asked).toBeLessThan(11);
    ask.mockResolvedValue('told again');
    await pass(60);
    expect(tab.node.textContent).toBe('told again');
    await pass(600);
    expect(ask).toHaveBeenCalledTimes(asked + 1);
  });

  it('is asked for no more once the tab is closed', async () => {
    ask.mockRejectedValue(new Error('Jupyter does not answer.'));
    await pass(1);
    React.act(() => tab.dispose());
    const asked = ask.mock.calls.length;
    await pass(600);
    expect(ask).toHaveBeenCalledTimes(asked);
  });
});
