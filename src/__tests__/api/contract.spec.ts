import * as read from '../../api/contract';
import { ContractError } from '../../api/shape';
import { sample } from '../samples';

const CLUSTERS = [
  'cluster-starting',
  'cluster-running',
  'cluster-failed',
  'cluster-stopped',
  'cluster-remote'
];

describe('the golden samples of the contract', () => {
  it.each(CLUSTERS)('%s is a cluster, and nothing of it is lost', name => {
    const data = sample(name) as Record<string, unknown>;
    const { scaling, ...cluster } = read.cluster(data);
    expect({ ...cluster, scaling: data.scaling }).toEqual(data);
    expect(scaling).toMatchObject(data.scaling as object);
  });

  it.each(['job-queued', 'job-working', 'job-ended'])('%s is a job', name => {
    expect(read.job(sample(name))).toEqual(sample(name));
  });

  it.each(['site', 'site-without-slurm'])('%s is a site', name => {
    expect(read.site(sample(name))).toEqual(sample(name));
  });

  it('is read from a server that was not restarted since an update, too', () => {
    const told = {
      code: 'never_starts',
      severity: 'warning',
      message: '',
      advice: '',
      since: '',
      details: null
    };
    const { problems } = read.cluster({ ...(sample('cluster-running') as object), problems: [told] });
    expect(problems[0]).toMatchObject({ job_id: null, job_ids: [], jobs: 0, remedies: [] });
    const { slurm, ...site } = sample('site') as { slurm: object };
    expect(read.site({ ...site, slurm: { ...slurm, clusters: undefined } }).slurm.clusters).toEqual([]);
  });

  it('has the small ones', () => {
    expect(read.errorBody(sample('error'))).toEqual(sample('error'));
    expect(read.historyEntry(sample('history-entry'))).toEqual(sample('history-entry'));
    expect(read.preview(sample('preview'))).toEqual(sample('preview'));
    expect(read.logTail(sample('log-tail'))).toEqual(sample('log-tail'));
    expect(read.progress(sample('progress'))).toEqual(sample('progress'));
    expect(read.snippet(sample('snippet'))).toEqual(sample('snippet'));
  });

  it('has both events', () => {
    expect(read.clusterEvent(sample('event-changed')).cluster?.id).toBe('ocean-3f9c');
    expect(read.clusterEvent(sample('event-removed'))).toEqual(sample('event-removed'));
  });
});

describe('what is not as agreed', () => {
  const running = sample('cluster-running') as Record<string, unknown>;

  it('is refused with the place where it is', () => {
    expect(() => read.cluster({ ...running, status: 'asleep' })).toThrow(
      /^status should be one of starting, /
    );
    expect(() => read.cluster({ ...running, jobs: { plan: '4' } })).toThrow(
      'jobs.plan should be a number, but is string'
    );
    expect(() => read.cluster({ ...running, problems: [{}] })).toThrow(/^problems\[0\]\.code should be text/);
    expect(() => read.cluster(null)).toThrow(ContractError);
  });

  it('may have more than is known here', () => {
    expect(read.cluster({ ...running, mood: 'sunny' })).not.toHaveProperty('mood');
  });

  it('may leave out what can be null', () => {
    const { profile, ...rest } = running;
    expect(profile).toBeNull();
    expect(read.cluster(rest).profile).toBeNull();
  });
});
