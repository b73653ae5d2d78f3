import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { Cluster, Problem } from '../api/validate';
import { CommandIDs } from '../commands/ids';
import { canBeChanged, isOutOfReach } from '../model/describe';

/** A problem's advice as a command. */
export interface IRemedy {
  readonly command: string;
  readonly args: ReadonlyPartialJSONObject;
  readonly label: string;
}

/** Problems that other options mend. */
const MENDED_BY_CHANGES = ['submit_refused', 'never_starts', 'no_connection', 'worker_killed'];

/** @returns what can be done about a problem by a click. */
export function findRemedies(problem: Problem, cluster: Cluster, trans: TranslationBundle): IRemedy[] {
  const { code } = problem;
  const { id } = cluster;
  if (MENDED_BY_CHANGES.includes(code) && !isOutOfReach(cluster)) {
    return [
      { command: CommandIDs.createCluster, args: { like: id }, label: trans.__('Start again with changes…') }
    ];
  }
  if (!canBeChanged(cluster)) {
    return [];
  }
  const again = { command: CommandIDs.resubmitJobs, args: { cluster: id, problem: code } };
  switch (code) {
    case 'cancelled_outside':
      return [{ ...again, label: trans.__('Submit again') }];
    case 'jobs_fail':
      return [{ ...again, label: trans.__('Try again') }];
    case 'idle_soon':
      return [
        { command: CommandIDs.keepCluster, args: { cluster: id }, label: trans.__('Keep it while idle') }
      ];
    default:
      return [];
  }
}
