import { nullTranslator } from '@jupyterlab/translation';

import type { Cluster, Problem } from '../../api/contract';
import { findRemedies } from '../../cluster/remedies';
import { CommandIDs } from '../../commandIds';
import { sample } from '../samples';

const trans = nullTranslator.load('jupyter_dask_slurm');
const running = sample('cluster-running') as Cluster;
const remote = sample('cluster-remote') as Cluster;

function problem(code: string): Problem {
  const severity = 'warning';
  return {
    code,
    severity,
    message: 'm',
    advice: 'a',
    since: running.updated_at,
    details: null,
    job_id: null,
    job_ids: [],
    jobs: 0
  };
}

describe('findRemedies', () => {
  it.each([
    ['submit_refused', CommandIDs.createCluster, { like: running.id }],
    ['cancelled_outside', CommandIDs.resubmitJobs, { cluster: running.id, problem: 'cancelled_outside' }],
    ['submit_postponed', CommandIDs.resubmitJobs, { cluster: running.id, problem: 'submit_postponed' }],
    ['idle_soon', CommandIDs.keepCluster, { cluster: running.id }]
  ])('makes the advice of %s a command', (code, command, args) => {
    expect(findRemedies(problem(code), running, trans)).toMatchObject([{ command, args }]);
  });

  it('offers what helps most first, where several things do', () => {
    const failing = { ...problem('jobs_fail'), job_id: '4711_0' };
    expect(findRemedies(failing, running, trans)).toMatchObject([
      { command: CommandIDs.resubmitJobs, args: { cluster: running.id, problem: 'jobs_fail' } },
      { command: CommandIDs.openDetails, args: { cluster: running.id, section: 'logs', job: '4711_0' } },
      { command: CommandIDs.createCluster, args: { like: running.id } }
    ]);
  });

  it('shows the jobs of a problem that names only some of them', () => {
    const job_ids = ['1', '2', '3'];
    const show = { command: CommandIDs.openDetails, args: { cluster: running.id, section: 'jobs' } };
    const many = { ...problem('never_starts'), job_ids, jobs: 392 };
    expect(findRemedies(many, running, trans)).toMatchObject([show, { command: CommandIDs.createCluster }]);
    const named = { ...many, jobs: 3 };
    expect(findRemedies(named, running, trans)).toMatchObject([{ command: CommandIDs.createCluster }]);
  });

  it('leaves "start again" to the card of a cluster that has ended', () => {
    expect(findRemedies(problem('submit_refused'), { ...running, status: 'failed' }, trans)).toEqual([]);
  });

  it('has none for what only time or an administrator mends', () => {
    expect(findRemedies(problem('slurm_unreachable'), running, trans)).toEqual([]);
  });

  it.each(['submit_refused', 'cancelled_outside', 'idle_soon'])(
    'has none for %s where the controller is on another host',
    code => {
      expect(findRemedies(problem(code), remote, trans)).toEqual([]);
    }
  );
});
