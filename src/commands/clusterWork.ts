import { Clipboard, Notification } from '@jupyterlab/apputils';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { Cluster, Problem } from '../api/contract';
import { CommandIDs } from '../commandIds';
import { profileOf, readNextOption } from '../model/nextStart';
import type { IClusterCommands } from './clusterParts';
import {
  askMostJobs,
  askName,
  askProfileName,
  askSize,
  confirmCancel,
  confirmRestart,
  confirmStop
} from './dialogs';

// What the commands of clusterCommands.ts do. The code is loaded when the first of them is called.

type Work = (parts: IClusterCommands, cluster: Cluster, args: ReadonlyPartialJSONObject) => Promise<void>;

/** A fixed size: a number of jobs, or as many as make so many cores or so much memory. */
const scale: Work = async ({ manager, trans }, cluster, { jobs }) => {
  const given = typeof jobs === 'number' ? ({ mode: 'manual', jobs } as const) : null;
  const scaling = given ?? (await askSize(cluster, trans));
  if (scaling !== null) {
    await manager.change(cluster.id, { scaling });
  }
};

/** As many jobs as the load deserves, between two limits. */
const adapt: Work = async ({ manager, trans }, cluster, { minimum, maximum }) => {
  const minimum_jobs = typeof minimum === 'number' ? minimum : 0;
  const maximum_jobs = typeof maximum === 'number' ? maximum : await askMostJobs(cluster, trans);
  if (maximum_jobs !== null) {
    await manager.change(cluster.id, { scaling: { mode: 'adaptive', minimum_jobs, maximum_jobs } });
  }
};

/** The jobs again that a problem has ended. */
const resubmit: Work = async ({ manager }, cluster, args) => {
  const problem = typeof args.problem === 'string' ? args.problem : answered(cluster)?.code;
  if (problem !== undefined) {
    await manager.resubmit(cluster.id, problem);
  }
};

/** @returns the problem that is answered where none is named: that of lost jobs before those that are tried again. */
function answered({ problems }: Cluster): Problem | undefined {
  const having = (remedy: string) => problems.find(({ remedies }) => remedies.includes(remedy));
  return having('submit_again') ?? having('try_again') ?? problems[0];
}

/** So many cancellations are on their way at once; each is one request. */
const AT_ONCE = 8;

/** Some of the jobs, after a question; the plan goes down by them. */
const cancelJobs: Work = async ({ manager, trans }, cluster, args) => {
  const left = Array.isArray(args.jobs) ? args.jobs.filter(id => typeof id === 'string') : [];
  if (left.length === 0 || !(await confirmCancel(left.length, cluster, trans))) {
    return;
  }
  const cancel = async () => {
    for (let id = left.shift(); id !== undefined; id = left.shift()) {
      await manager.client.cancelJob(cluster.id, id);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, cancel));
};

const rename: Work = async ({ manager, trans }, cluster) => {
  const name = await askName(cluster, trans);
  if (name !== null) {
    await manager.change(cluster.id, { name });
  }
};

const restart: Work = async ({ manager, selection, trans }, cluster) => {
  if (await confirmRestart(cluster, trans)) {
    selection.select((await manager.restart(cluster.id)).id);
  }
};

const stop: Work = async ({ manager, trans }, cluster) => {
  if (await confirmStop(cluster, trans)) {
    await manager.remove(cluster.id);
  }
};

const keep: Work = async ({ manager }, cluster) => {
  await manager.change(cluster.id, { idle_timeout_s: 0 });
};

/** What a cluster was started with, for new ones; with one option changed where one is named. */
const saveProfile: Work = async ({ manager, trans }, cluster, args) => {
  const { client } = manager;
  const profiles = await client.profiles().catch(() => []);
  const taken = profiles.filter(({ source }) => source === 'user').map(({ name }) => name);
  const name = await askProfileName(cluster, taken, trans);
  if (name !== null) {
    const next = readNextOption(args);
    await client.saveProfile(name, profileOf(cluster, next, trans.__('As %1', cluster.name)));
    Notification.success(trans.__('Saved as profile %1', name), { autoClose: 3000 });
  }
};

const copyAddress: Work = ({ trans }, cluster) => {
  Clipboard.copyToSystem(cluster.scheduler_address ?? '');
  Notification.success(trans.__('Address of %1 copied', cluster.name), { autoClose: 2000 });
  return Promise.resolve();
};

/** By command. */
export const work: Readonly<Record<string, Work>> = {
  [CommandIDs.scaleCluster]: scale,
  [CommandIDs.adaptCluster]: adapt,
  [CommandIDs.resubmitJobs]: resubmit,
  [CommandIDs.cancelJobs]: cancelJobs,
  [CommandIDs.renameCluster]: rename,
  [CommandIDs.restartCluster]: restart,
  [CommandIDs.stopCluster]: stop,
  [CommandIDs.keepCluster]: keep,
  [CommandIDs.saveProfile]: saveProfile,
  [CommandIDs.copyAddress]: copyAddress
};
