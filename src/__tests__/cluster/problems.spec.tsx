import { nullTranslator } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import { CommandRegistry } from '@lumino/commands';
import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

import { cluster as read, Cluster, Problem } from '../../api/contract';
import { ClusterProvider, IClusterContext } from '../../cluster/context';
import { Problems } from '../../cluster/problems';
import { CommandIDs } from '../../commandIds';
import { sample } from '../samples';

const running = read(sample('cluster-running'));
const [sampleProblem] = running.problems;
const many: Problem = {
  ...sampleProblem,
  message: '392 jobs (1, 2, 3, …) will never start.',
  job_id: '1',
  job_ids: ['1', '2', '3'],
  jobs: 392
};

/** Draws what is given to `present`, again in place of what it drew before. */
class ProblemsWidget extends ReactWidget {
  constructor(private readonly _context: IClusterContext) {
    super();
  }

  present(problems: readonly Problem[]): void {
    this._cluster = { ...running, problems };
    this.update();
    MessageLoop.flush();
  }

  protected render(): React.ReactElement {
    return (
      <ClusterProvider value={this._context}>
        <Problems cluster={this._cluster} />
      </ClusterProvider>
    );
  }

  private _cluster: Cluster = running;
}

describe('the problems of a cluster', () => {
  const opened: unknown[] = [];
  let widget: ProblemsWidget;

  beforeEach(() => {
    (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
    const commands = new CommandRegistry();
    commands.addCommand(CommandIDs.openDetails, {
      execute: args => opened.push(args),
      describedBy: { args: {} }
    });
    commands.addCommand(CommandIDs.createCluster, { execute: () => undefined, describedBy: { args: {} } });
    const trans = nullTranslator.load('jupyter_dask_slurm');
    widget = new ProblemsWidget({ commands, trans } as unknown as IClusterContext);
    React.act(() => Widget.attach(widget, document.body));
  });

  afterEach(() => React.act(() => widget.dispose()));

  const show = (...problems: Problem[]) => React.act(() => widget.present(problems));
  const items = () => Array.from(widget.node.querySelectorAll('li'));

  it('are one entry for all jobs that have one, which leads to them', async () => {
    show(many);
    expect(items()).toHaveLength(1);
    expect(widget.node.querySelector('[role=alert]')?.textContent).toBe(many.message);
    const links = Array.from(widget.node.querySelectorAll('button'));
    const link = links.find(button => button.textContent === 'Show the jobs');
    await React.act(() => {
      link?.click();
      return Promise.resolve();
    });
    expect(opened).toEqual([{ cluster: running.id, section: 'jobs' }]);
  });

  it('stay the same entries, opened or not, while their jobs change', () => {
    const other = { ...many, job_id: '9', message: '3 jobs (9, 10, 11) will never start.' };
    show(many, other);
    const [first, second] = items();
    first.querySelector('details')?.setAttribute('open', '');
    show({ ...many, job_id: '2', job_ids: ['2', '3', '4'], jobs: 391 }, other);
    expect(items()).toEqual([first, second]);
    expect(items()[0]).toBe(first);
    expect(first.querySelector('details')?.open).toBe(true);
  });
});
