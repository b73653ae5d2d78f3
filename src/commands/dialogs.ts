import { Dialog, InputDialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { ScalingRequest } from '../api/client';
import type { Cluster } from '../api/contract';
import { hasEnded } from '../model/status';
import { readSize } from './size';

// What commands ask before they do something. The code is loaded when the first question is asked.

/** @returns the new name of a cluster; null where it keeps its own. */
export async function askName(cluster: Cluster, trans: TranslationBundle): Promise<string | null> {
  const answer = await InputDialog.getText({
    title: trans.__('Rename %1', cluster.name),
    label: trans.__('Name'),
    text: cluster.name,
    okLabel: trans.__('Rename')
  });
  return answer.button.accept && answer.value !== cluster.name ? answer.value || null : null;
}

/** @returns how large a cluster shall be; null where the user gave up. */
export async function askSize(cluster: Cluster, trans: TranslationBundle): Promise<ScalingRequest | null> {
  const answer = await InputDialog.getText({
    title: trans.__('Scale %1', cluster.name),
    label: trans.__('Jobs, or cores or memory in all: 8, 48 cores, 200 GB'),
    text: String(cluster.scaling.jobs ?? cluster.jobs.plan),
    okLabel: trans.__('Scale')
  });
  return answer.button.accept ? readSize(answer.value ?? '') : null;
}

/** @returns how many jobs an adaptive cluster may have; null where the user gave up. */
export async function askMostJobs(cluster: Cluster, trans: TranslationBundle): Promise<number | null> {
  const answer = await InputDialog.getNumber({
    title: trans.__('Adapt %1 to its load', cluster.name),
    label: trans.__('Most jobs'),
    value: cluster.scaling.maximum_jobs ?? Math.max(cluster.jobs.plan, 1),
    okLabel: trans.__('Adapt')
  });
  return answer.button.accept ? answer.value : null;
}

/**
 * @param taken - names of profiles that would be replaced.
 * @returns how a profile of a cluster's options is called; null where the user gave up.
 */
export async function askProfileName(
  cluster: Cluster,
  taken: readonly string[],
  trans: TranslationBundle
): Promise<string | null> {
  const answer = await InputDialog.getText({
    title: trans.__('Save %1 as a profile', cluster.name),
    label: trans.__('Name of the profile: new clusters can be started from it'),
    text: cluster.name,
    okLabel: trans.__('Save')
  });
  const name = answer.value?.trim() ?? '';
  if (!answer.button.accept || name === '') {
    return null;
  }
  const replace = [Dialog.cancelButton(), Dialog.warnButton({ label: trans.__('Replace') })];
  const body = trans.__('There is a profile of that name. What it holds is lost.');
  return !taken.includes(name) || (await confirmed(trans.__('Replace %1?', name), body, replace))
    ? name
    : null;
}

/**
 * @param anew - what it starts anew with, in a sentence.
 * @returns whether a cluster is to start anew; one that has ended has nothing to lose.
 */
export async function confirmRestart(
  cluster: Cluster,
  trans: TranslationBundle,
  anew = trans.__('It starts anew with the same options.')
): Promise<boolean> {
  return (
    hasEnded(cluster) ||
    confirmed(
      trans.__('Restart %1?', cluster.name),
      `${trans.__('Its jobs are cancelled and its results are lost.')} ${anew}`,
      [Dialog.cancelButton(), Dialog.warnButton({ label: trans.__('Restart') })]
    )
  );
}

/** @returns whether a cluster is to be stopped; one that has ended has nothing to lose. */
export async function confirmStop(cluster: Cluster, trans: TranslationBundle): Promise<boolean> {
  return (
    hasEnded(cluster) ||
    confirmed(trans.__('Stop %1?', cluster.name), lossOf(cluster, trans), [
      Dialog.cancelButton(),
      Dialog.warnButton({ label: trans.__('Stop') })
    ])
  );
}

/** @returns whether so many jobs of a cluster are to be cancelled. */
export function confirmCancel(count: number, cluster: Cluster, trans: TranslationBundle): Promise<boolean> {
  return confirmed(
    trans._n('Cancel %1 job of %2?', 'Cancel %1 jobs of %2?', count, cluster.name),
    trans.__('The cluster gets smaller by as much. What runs there now is computed again elsewhere.'),
    [Dialog.cancelButton({ label: trans.__('Keep') }), Dialog.warnButton({ label: trans.__('Cancel Jobs') })]
  );
}

/** @returns what is lost when a cluster stops. */
function lossOf(cluster: Cluster, trans: TranslationBundle): string {
  const { working, starting, queued, missing } = cluster.jobs;
  const jobs = working + starting + queued + missing;
  const inMemory = cluster.tasks?.in_memory ?? 0;
  return [
    trans._n('%1 job is cancelled.', '%1 jobs are cancelled.', jobs),
    inMemory > 0 && trans._n('%1 result in memory is lost.', '%1 results in memory are lost.', inMemory)
  ]
    .filter(Boolean)
    .join(' ');
}

async function confirmed(title: string, body: string, buttons: Dialog.IButton[]): Promise<boolean> {
  return (await showDialog({ title, body, buttons })).button.accept;
}
