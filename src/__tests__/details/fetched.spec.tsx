import { nullTranslator } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

import { cluster as read, Job } from '../../api/contract';
import { ClusterProvider, IClusterContext } from '../../cluster/context';
import { Jobs } from '../../details/jobs/jobs';
import { sample } from '../samples';

const running = read(sample('cluster-running'));

/** The jobs of a cluster, of which Jupyter is asked by `ask`. */
class Tab extends ReactWidget {
  readonly ask = jest.fn<Promise<Job[]>, []>();

  protected override render(): React.ReactElement {
    const trans = nullTranslator.load('jupyter_dask_slurm');
    const context = { manager: { client: { jobs: this.ask } }, trans } as unknown as IClusterContext;
    return (
      <ClusterProvider value={context}>
        <Jobs cluster={running} onLog={() => undefined} />
      </ClusterProvider>
    );
  }
}

describe('what a tab says before it has an answer', () => {
  let tab: Tab;
  let answer: (jobs: Job[]) => void;
  let refuse: (error: Error) => void;

  beforeEach(async () => {
    (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
    tab = new Tab();
    const asked = new Promise<void>(resolve => {
      tab.ask.mockImplementation(() => {
        resolve();
        return new Promise((fulfil, reject) => ([answer, refuse] = [fulfil, reject]));
      });
    });
    React.act(() => {
      Widget.attach(tab, document.body);
      MessageLoop.flush();
    });
    await asked;
  });

  afterEach(() => React.act(() => tab.dispose()));

  const text = () => tab.node.textContent;

  it('is that it waits, and no number', () => {
    expect(tab.node.querySelector('[role="status"]')?.textContent).toBe('One moment…');
    expect(text()).not.toContain('All 0');
  });

  it('is the number of them once there is one, if only none', async () => {
    await React.act(() => Promise.resolve(answer([])));
    expect(tab.node.querySelector('[role="status"]')).toBeNull();
    expect(text()).toContain('All 0');
    expect(text()).toContain('This cluster has no jobs now.');
  });

  it('is why there is none', async () => {
    await React.act(() => Promise.resolve(refuse(new Error('Jupyter does not answer.'))));
    expect(tab.node.querySelector('[role="alert"]')?.textContent).toBe('Jupyter does not answer.');
    expect(text()).not.toContain('One moment');
    expect(text()).not.toContain('All 0');
  });
});
