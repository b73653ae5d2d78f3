import { InputDialog } from '@jupyterlab/apputils';
import { refreshIcon } from '@jupyterlab/ui-components';

import type { Cluster } from '../api/validate';
import { canBeChanged } from '../model/describe';
import type { IClusterAction, IClusterCommands } from './action';

/** A fixed number of jobs. */
export function scaleAction({ manager, trans }: IClusterCommands): IClusterAction {
  const ask = async (cluster: Cluster): Promise<number | null> => {
    const answer = await InputDialog.getNumber({
      title: trans.__('Scale %1', cluster.name),
      label: trans.__('Number of jobs'),
      value: cluster.scaling.jobs ?? cluster.jobs.plan,
      okLabel: trans.__('Scale')
    });
    return answer.button.accept ? answer.value : null;
  };
  return {
    label: trans.__('Scale Cluster…'),
    properties: { jobs: { type: 'integer', minimum: 0, description: 'How many jobs; asked for if missing' } },
    enabled: canBeChanged,
    run: async (cluster, args) => {
      const jobs = typeof args.jobs === 'number' ? args.jobs : await ask(cluster);
      if (jobs !== null) {
        await manager.change(cluster.id, { scaling: { mode: 'manual', jobs } });
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
