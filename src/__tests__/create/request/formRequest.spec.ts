import { cluster, profile, site } from '../../../api/contract';
import {
  changedOptions,
  fieldName,
  fromCluster,
  otherSize,
  toPreview,
  toProfile,
  toRequest,
  withProfile
} from '../../../create/request/formRequest';
import { sample } from '../../samples';

describe('toRequest', () => {
  const known = ['name', 'backend', 'jobs', 'cores', 'memory', 'job_script_prologue'];

  it('tells name, backend and size from options', () => {
    expect(toRequest({ name: 'ocean', backend: 'slurm', jobs: 3, cores: 8 }, known)).toEqual({
      name: 'ocean',
      backend: 'slurm',
      scaling: { mode: 'manual', jobs: 3 },
      options: { cores: 8 }
    });
  });

  it('leaves out what is empty, and what is not on the form of this backend', () => {
    expect(toRequest({ memory: '', job_script_prologue: [], partition: 'normal' }, known)).toEqual({
      options: {}
    });
  });
});

describe('a form with a profile', () => {
  const large = profile(sample('profile'));
  const known = ['profile', 'jobs', 'partition', 'cores', 'memory', 'walltime'];

  it('takes back with null what was emptied of it', () => {
    const data = { profile: 'large', partition: 'normal', cores: 64 };
    expect(toRequest(data, known, large).options).toEqual({ partition: 'normal', cores: 64, memory: null });
  });

  it('is kept as a profile with what it holds, without its name', () => {
    const data = { name: 'ocean', profile: 'large', backend: 'slurm', jobs: 2, cores: 8, memory: '' };
    expect(toProfile(data, known, 'Small', large)).toEqual({
      backend: 'slurm',
      options: { cores: 8 },
      scaling: { mode: 'manual', jobs: 2 },
      description: 'Small'
    });
  });

  it('keeps a size that is not a number of jobs', () => {
    const scaling = { mode: 'adaptive', minimum_jobs: 0, maximum_jobs: 20 };
    expect(toProfile({ cores: 8 }, known, '', { ...large, scaling }).scaling).toEqual(scaling);
  });
});

describe('starting again with changes', () => {
  const running = cluster(sample('cluster-running'));
  const before = fromCluster(running);

  it('is previewed with the changes alone', () => {
    const source = { options: {}, site: site(sample('site')), profiles: [], like: running };
    expect(toPreview(source, before, { ...before, cores: 4 }, ['cores'])).toEqual({
      restarts: running.id,
      options: { cores: 4 }
    });
  });

  it('begins with the options that are set', () => {
    expect(before).toMatchObject({ cores: 8, partition: 'normal', memory: '16 GiB', keep_jobs: true });
    expect(before).not.toHaveProperty('account');
    expect(before).not.toHaveProperty('log_directory');
  });

  it('sends only what was changed, null where a field was emptied', () => {
    const { partition, ...rest } = before;
    expect(partition).toBe('normal');
    expect(changedOptions(before, { ...rest, cores: 4 })).toEqual({ cores: 4, partition: null });
    expect(changedOptions(before, before)).toEqual({});
    const untouched = { ...before, account: '', job_extra_directives: [] };
    expect(changedOptions(before, untouched)).toEqual({});
  });
});

describe('fieldName', () => {
  it.each([
    ['options.memory', 'memory'],
    ['scaling.jobs', 'jobs'],
    ['name', 'name'],
    ['options.job_extra_directives[2]', 'job_extra_directives'],
    ['options.scheduler_options.port', 'scheduler_options']
  ])('%s is the field %s', (field, name) => {
    expect(fieldName(field)).toBe(name);
  });

  it('is null where the server names none', () => {
    expect(fieldName(null)).toBeNull();
  });
});

describe('withProfile', () => {
  it('keeps what this host proposes, where the profile says nothing of it', () => {
    const named = (options: object) => [{ ...large, options }] as (typeof large)[];
    const proposal = { controller_placement: 'job' };
    const chosen = (options: object) =>
      withProfile({}, { profile: large.name }, named(options), proposal).controller_placement;
    expect(chosen({})).toBe('job');
    expect(chosen({ controller_placement: 'here' })).toBe('here');
  });

  const large = profile(sample('profile'));

  it('fills the form, and only the name stays', () => {
    const after = { name: 'ocean', cores: 2, jobs: 1, backend: 'slurm', profile: 'large' };
    expect(withProfile({ ...after, profile: undefined as never }, after, [large])).toEqual({
      name: 'ocean',
      profile: 'large',
      partition: 'normal',
      cores: 64,
      memory: '240 GB',
      jobs: 4,
      backend: 'slurm'
    });
  });

  it('what is changed afterwards stays changed', () => {
    const before = { profile: 'large', cores: 64 };
    const after = { profile: 'large', cores: 8 };
    expect(withProfile(before, after, [large])).toBe(after);
  });

  it('a size that is not a number of jobs leaves the field empty', () => {
    const scaling = { mode: 'adaptive', minimum_jobs: 0, maximum_jobs: 20 };
    const growing = { ...large, scaling };
    expect(withProfile({ jobs: 1 }, { jobs: 1, profile: 'large' }, [growing])).not.toHaveProperty('jobs');
    expect(otherSize(growing)).toEqual(scaling);
    expect(otherSize(large)).toBeNull();
  });
});
