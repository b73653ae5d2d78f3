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

/** @returns what can be done about a problem by a click now, in the order in which the server names it. */
export function findRemedies(problem: Problem, cluster: Cluster, trans: TranslationBundle): IRemedy[] {
  const remedies = problem.remedies.map(word => remedyOf(word, problem, cluster, trans));
  if (problem.jobs > problem.job_ids.length && !isOutOfReach(cluster)) {
    const args = { cluster: cluster.id, section: 'jobs' };
    const show = { command: CommandIDs.openDetails, args, label: trans.__('Show the jobs') };
    const changes = problem.remedies.indexOf('change_options');
    remedies.splice(changes < 0 ? remedies.length : changes, 0, show);
  }
  return remedies.filter(remedy => remedy !== null);
}

/** @returns a remedy as a command; null where it cannot be done now, and for words of newer servers. */
function remedyOf(
  word: string,
  { code, job_id: job }: Problem,
  cluster: Cluster,
  trans: TranslationBundle
): IRemedy | null {
  const args = { cluster: cluster.id };
  const again = { command: CommandIDs.resubmitJobs, args: { ...args, problem: code } };
  switch (word) {
    case 'submit_again':
      return canBeChanged(cluster) ? { ...again, label: trans.__('Submit again') } : null;
    case 'try_again':
      return canBeChanged(cluster) ? { ...again, label: trans.__('Try again') } : null;
    case 'keep':
      return canBeChanged(cluster)
        ? { command: CommandIDs.keepCluster, args, label: trans.__('Keep it while idle') }
        : null;
    case 'read_log': {
      const label = trans.__('Show the log of %1', job);
      return job !== null && !isOutOfReach(cluster)
        ? { command: CommandIDs.openDetails, args: { ...args, section: 'logs', job }, label }
        : null;
    }
    case 'change_options': {
      const label = trans.__('Start again with changes…');
      return !hasEnded(cluster) && !isOutOfReach(cluster)
        ? { command: CommandIDs.createCluster, args: { like: cluster.id }, label }
        : null;
    }
    default:
      return null;
  }
}
