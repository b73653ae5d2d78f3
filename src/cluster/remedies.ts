import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { Cluster, Problem } from '../api/contract';
import { CommandIDs } from '../commandIds';
import { canBeChanged, hasEnded, isOutOfReach } from '../model/status';

/** A problem's advice as a command. */
export interface IRemedy {
  readonly command: string;
  readonly args: ReadonlyPartialJSONObject;
  readonly label: string;
}

/** Problems that other options mend. */
const MENDED_BY_CHANGES = [
  'submit_refused',
  'never_starts',
  'no_connection',
  'worker_killed',
  'task_too_long',
  'environment_mismatch',
  'jobs_fail'
];

/** Problems of which the job's log tells more. */
const TOLD_BY_LOGS = ['no_connection', 'jobs_fail'];

/** @returns what can be done about a problem by a click, what helps most first. */
export function findRemedies(problem: Problem, cluster: Cluster, trans: TranslationBundle): IRemedy[] {
  const { code, job_id: job } = problem;
  const args = { cluster: cluster.id };
  const remedies: IRemedy[] = [];
  if (canBeChanged(cluster)) {
    remedies.push(...answers(problem, cluster, trans));
  }
  if (TOLD_BY_LOGS.includes(code) && job !== null && !isOutOfReach(cluster)) {
    const label = trans.__('Show the log of %1', job);
    remedies.push({ command: CommandIDs.openDetails, args: { ...args, section: 'logs', job }, label });
  }
  if (problem.jobs > problem.job_ids.length && !isOutOfReach(cluster)) {
    const label = trans.__('Show the jobs');
    remedies.push({ command: CommandIDs.openDetails, args: { ...args, section: 'jobs' }, label });
  }
  if (MENDED_BY_CHANGES.includes(code) && !hasEnded(cluster) && !isOutOfReach(cluster)) {
    const label = trans.__('Start again with changes…');
    remedies.push({ command: CommandIDs.createCluster, args: { like: cluster.id }, label });
  }
  return remedies;
}

/** What the cluster itself can do about a problem. */
function answers({ code }: Problem, { id }: Cluster, trans: TranslationBundle): IRemedy[] {
  const again = { command: CommandIDs.resubmitJobs, args: { cluster: id, problem: code } };
  switch (code) {
    case 'cancelled_outside':
      return [{ ...again, label: trans.__('Submit again') }];
    case 'jobs_fail':
    case 'submit_postponed':
      return [{ ...again, label: trans.__('Try again') }];
    case 'idle_soon':
      return [
        { command: CommandIDs.keepCluster, args: { cluster: id }, label: trans.__('Keep it while idle') }
      ];
    default:
      return [];
  }
}
