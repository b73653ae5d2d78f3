import { nullTranslator } from '@jupyterlab/translation';

import type { Cluster, Problem } from '../../api/contract';
import { findRemedies } from '../../cluster/remedies';
import { CommandIDs } from '../../commandIds';
import { sample } from '../samples';

const trans = nullTranslator.load('jupyter_dask_slurm');
const running = sample('cluster-running') as Cluster;
const remote = sample('cluster-remote') as Cluster;

function problem(...remedies: string[]): Problem {
  return {
    code: 'of_a_newer_server',
    severity: 'warning',
    message: 'm',
    advice: 'a',
    since: running.updated_at,
    details: null,
    job_id: null,
    job_ids: [],
    jobs: 0,
    remedies,
    no_workers: false
  };
}

describe('findRemedies', () => {
  it.each([
    ['change_options', CommandIDs.createCluster, { like: running.id }],
    ['submit_again', CommandIDs.resubmitJobs, { cluster: running.id, problem: 'of_a_newer_server' }],
    ['try_again', CommandIDs.resubmitJobs, { cluster: running.id, problem: 'of_a_newer_server' }],
    ['keep', CommandIDs.keepCluster, { cluster: running.id }]
  ])('makes the remedy %s a command, whatever the problem', (word, command, args) => {
    expect(findRemedies(problem(word), running, trans)).toMatchObject([{ command, args }]);
  });

  it('keeps the order of the server, where several things help', () => {
    const failing = { ...problem('try_again', 'read_log', 'change_options'), job_id: '4711_0' };
    expect(findRemedies(failing, running, trans)).toMatchObject([
      { command: CommandIDs.resubmitJobs },
      { command: CommandIDs.openDetails, args: { cluster: running.id, section: 'logs', job: '4711_0' } },
      { command: CommandIDs.createCluster, args: { like: running.id } }
    ]);
  });

  it('shows the jobs of a problem that names only some of them, before it starts anything again', () => {
    const job_ids = ['1', '2', '3'];
    const show = { command: CommandIDs.openDetails, args: { cluster: running.id, section: 'jobs' } };
    const many = { ...problem('change_options'), job_ids, jobs: 392 };
    expect(findRemedies(many, running, trans)).toMatchObject([show, { command: CommandIDs.createCluster }]);
    expect(findRemedies({ ...problem('submit_again'), jobs: 9 }, running, trans)).toMatchObject([
      { command: CommandIDs.resubmitJobs },
      show
    ]);
    const named = { ...many, jobs: 3 };
    expect(findRemedies(named, running, trans)).toMatchObject([{ command: CommandIDs.createCluster }]);
  });

  it('leaves "start again" to the card of a cluster that has ended', () => {
    expect(findRemedies(problem('change_options'), { ...running, status: 'failed' }, trans)).toEqual([]);
  });

  it('shows no log where there is no job', () => {
    expect(findRemedies(problem('read_log'), running, trans)).toEqual([]);
  });

  it('has none for what only time or an administrator mends, and knows no words of newer servers', () => {
    expect(findRemedies(problem(), running, trans)).toEqual([]);
    expect(findRemedies(problem('from_the_future'), running, trans)).toEqual([]);
  });

  it.each(['change_options', 'submit_again', 'try_again', 'keep', 'read_log'])(
    'has no %s where the controller is on another host',
    word => {
      const ofJob = { ...problem(word), job_id: '4711_0' };
      expect(findRemedies(ofJob, remote, trans)).toEqual([]);
    }
  );
});
