import { nullTranslator } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { CommandRegistry } from '@lumino/commands';
import { MessageLoop } from '@lumino/messaging';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

import type { IPlot } from '../../api/client';
import { cluster as read } from '../../api/contract';
import { ClusterProvider, IClusterContext } from '../../cluster/context';
import type { Favourites } from '../../dashboards/favourites';
import { DashboardList } from '../../sidebar/dashboardList';
import { sample } from '../samples';

const running = read(sample('cluster-running'));
const trans = nullTranslator.load('jupyter_dask_slurm');
const AWAY = 'Jupyter does not answer.';
const changed = new Signal<object, void>({});

describe('the list of dashboards', () => {
  let list: ReactWidget;
  let plots: jest.Mock<Promise<readonly IPlot[]>, []>;

  beforeEach(async () => {
    jest.useFakeTimers();
    (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
    plots = jest.fn<Promise<readonly IPlot[]>, []>().mockRejectedValue(new Error(AWAY));
    const context = {
      manager: { changed, get: () => running, client: { plots } },
      selection: { changed, current: running.id },
      commands: new CommandRegistry(),
      trans
    } as unknown as IClusterContext;
    const favourites = { changed, paths: [] } as unknown as Favourites;
    list = ReactWidget.create(
      <ClusterProvider value={context}>
        <DashboardList favourites={favourites} />
      </ClusterProvider>
    );
    await React.act(async () => {
      Widget.attach(list, document.body);
      MessageLoop.flush();
      await jest.advanceTimersByTimeAsync(0);
    });
  });

  afterEach(() => {
    React.act(() => list.dispose());
    jest.useRealTimers();
  });

  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      await React.act(() => jest.advanceTimersByTimeAsync(1000));
    }
  };

  it('is asked for until it is there, though nothing happens to the cluster', async () => {
    await pass(60);
    expect(list.node.textContent).toContain(AWAY);
    const asked = plots.mock.calls.length;
    expect(asked).toBeGreaterThan(3);
    expect(asked).toBeLessThan(8);
    plots.mockResolvedValue([{ title: 'Task Stream', path: 'individual-task-stream' }]);
    await pass(60);
    expect(list.node.textContent).toContain('Task Stream');
    expect(list.node.textContent).not.toContain(AWAY);
    await pass(60);
    expect(plots).toHaveBeenCalledTimes(asked + 1);
  });
});
