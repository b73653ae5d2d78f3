import { closeIcon, refreshIcon } from '@jupyterlab/ui-components';

import type { Cluster, Problem } from '../api/contract';
import { canBeChanged } from '../model/status';
import type { IClusterAction, IClusterCommands } from './clusterAction';

const dialogs = () => import('./dialogs');

/** A fixed size: a number of jobs, or as many as make so many cores or so much memory. */
export function scaleAction({ manager, trans }: IClusterCommands): IClusterAction {
  return {
    label: trans.__('Scale Cluster…'),
    properties: { jobs: { type: 'integer', minimum: 0, description: 'How many jobs; asked for if missing' } },
    enabled: canBeChanged,
    run: async (cluster, args) => {
      const { jobs } = args;
      const scaling =
        typeof jobs === 'number'
          ? ({ mode: 'manual', jobs } as const)
          : await (await dialogs()).askSize(cluster, trans);
      if (scaling !== null) {
        await manager.change(cluster.id, { scaling });
      }
    }
  };
}

/** As many jobs as the load deserves, between two limits. */
export function adaptAction({ manager, trans }: IClusterCommands): IClusterAction {
  return {
    label: trans.__('Adapt Cluster to its Load…'),
    properties: {
      minimum: { type: 'integer', minimum: 0, description: 'Fewest jobs; 0 by default' },
      maximum: { type: 'integer', minimum: 0, description: 'Most jobs; asked for if missing' }
    },
    enabled: canBeChanged,
    run: async (cluster, args) => {
      const minimum_jobs = typeof args.minimum === 'number' ? args.minimum : 0;
      const maximum_jobs =
        typeof args.maximum === 'number' ? args.maximum : await (await dialogs()).askMostJobs(cluster, trans);
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
      problem: {
        type: 'string',
        description: 'The code of the problem; by default the first that this answers'
      }
    },
    enabled: cluster => canBeChanged(cluster) && cluster.problems.length > 0,
    run: async (cluster, args) => {
      const problem = typeof args.problem === 'string' ? args.problem : answered(cluster)?.code;
      if (problem !== undefined) {
        await manager.resubmit(cluster.id, problem);
      }
    }
  };
}

/** @returns the problem that is answered where none is named: that of lost jobs before those that are tried again. */
function answered({ problems }: Cluster): Problem | undefined {
  const having = (remedy: string) => problems.find(({ remedies }) => remedies.includes(remedy));
  return having('submit_again') ?? having('try_again') ?? problems[0];
}

/** So many cancellations are on their way at once; each is one request. */
const AT_ONCE = 8;

/** Some of the jobs, after a question; the plan goes down by them. */
export function cancelJobsAction({ manager, trans }: IClusterCommands): IClusterAction {
  return {
    label: trans.__('Cancel Jobs'),
    icon: closeIcon,
    properties: { jobs: { type: 'array', items: { type: 'string' }, description: 'The ids of the jobs' } },
    enabled: canBeChanged,
    run: async (cluster, args) => {
      const left = Array.isArray(args.jobs) ? args.jobs.filter(id => typeof id === 'string') : [];
      const count = left.length;
      if (count === 0 || !(await (await dialogs()).confirmCancel(count, cluster, trans))) {
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
