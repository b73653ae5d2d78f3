import { Dialog, InputDialog, showDialog } from '@jupyterlab/apputils';
import { closeIcon, refreshIcon } from '@jupyterlab/ui-components';

import type { Cluster } from '../api/validate';
import { canBeChanged } from '../model/describe';
import type { ScalingRequest } from '../api/client';
import type { IClusterAction, IClusterCommands } from './action';
import { readSize } from './size';

/** A fixed size: a number of jobs, or as many as make so many cores or so much memory. */
export function scaleAction({ manager, trans }: IClusterCommands): IClusterAction {
  const ask = async (cluster: Cluster): Promise<ScalingRequest | null> => {
    const answer = await InputDialog.getText({
      title: trans.__('Scale %1', cluster.name),
      label: trans.__('Jobs, or cores or memory in all: 8, 48 cores, 200 GB'),
      text: String(cluster.scaling.jobs ?? cluster.jobs.plan),
      okLabel: trans.__('Scale')
    });
    return answer.button.accept ? readSize(answer.value ?? '') : null;
  };
  return {
    label: trans.__('Scale Cluster…'),
    properties: { jobs: { type: 'integer', minimum: 0, description: 'How many jobs; asked for if missing' } },
    enabled: canBeChanged,
    run: async (cluster, args) => {
      const { jobs } = args;
      const scaling = typeof jobs === 'number' ? ({ mode: 'manual', jobs } as const) : await ask(cluster);
      if (scaling !== null) {
        await manager.change(cluster.id, { scaling });
      }
    }
  };
}

/** As many jobs as the load deserves, between two limits. */
export function adaptAction({ manager, trans }: IClusterCommands): IClusterAction {
  const ask = async (cluster: Cluster): Promise<number | null> => {
    const answer = await InputDialog.getNumber({
      title: trans.__('Adapt %1 to its load', cluster.name),
      label: trans.__('Most jobs'),
      value: cluster.scaling.maximum_jobs ?? Math.max(cluster.jobs.plan, 1),
      okLabel: trans.__('Adapt')
    });
    return answer.button.accept ? answer.value : null;
  };
  return {
    label: trans.__('Adapt Cluster to its Load…'),
    properties: {
      minimum: { type: 'integer', minimum: 0, description: 'Fewest jobs; 0 by default' },
      maximum: { type: 'integer', minimum: 0, description: 'Most jobs; asked for if missing' }
    },
    enabled: canBeChanged,
    run: async (cluster, args) => {
      const minimum_jobs = typeof args.minimum === 'number' ? args.minimum : 0;
      const maximum_jobs = typeof args.maximum === 'number' ? args.maximum : await ask(cluster);
      if (maximum_jobs !== null) {
        await manager.change(cluster.id, { scaling: { mode: 'adaptive', minimum_jobs, maximum_jobs } });
      }
    }
  };
}

/** The jobs again that a problem has ended. */
export function resubmitAction({ manager, trans }: IClusterCommands): IClusterAction {
  return {
    label: trans.__('Submit Lost Jobs Again'),
    icon: refreshIcon,
    properties: {
      problem: { type: 'string', description: 'The code of the problem; cancelled_outside by default' }
    },
    enabled: cluster => canBeChanged(cluster) && cluster.problems.length > 0,
    run: async (cluster, args) => {
      const problem = typeof args.problem === 'string' ? args.problem : 'cancelled_outside';
      await manager.resubmit(cluster.id, problem);
    }
  };
}

/** So many cancellations are on their way at once; each is one request. */
const AT_ONCE = 8;

/** Some of the jobs, after a question; the plan goes down by them. */
export function cancelJobsAction({ manager, trans }: IClusterCommands): IClusterAction {
  const confirmed = async (cluster: Cluster, count: number): Promise<boolean> => {
    const answer = await showDialog({
      title: trans._n('Cancel %1 job of %2?', 'Cancel %1 jobs of %2?', count, cluster.name),
      body: trans.__('The cluster gets smaller by as much. What runs there now is computed again elsewhere.'),
      buttons: [
        Dialog.cancelButton({ label: trans.__('Keep') }),
        Dialog.warnButton({ label: trans.__('Cancel Jobs') })
      ]
    });
    return answer.button.accept;
  };
  return {
    label: trans.__('Cancel Jobs'),
    icon: closeIcon,
    properties: { jobs: { type: 'array', items: { type: 'string' }, description: 'The ids of the jobs' } },
    enabled: canBeChanged,
    run: async (cluster, args) => {
      const left = Array.isArray(args.jobs) ? args.jobs.filter(id => typeof id === 'string') : [];
      if (left.length === 0 || !(await confirmed(cluster, left.length))) {
        return;
      }
      const work = async () => {
        for (let id = left.shift(); id !== undefined; id = left.shift()) {
          await manager.client.cancelJob(cluster.id, id);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
    }
  };
}
