import { cluster } from '../../api/validate';
import { changedOptions, fieldName, fromCluster, toRequest } from '../../create/request';
import { sample } from '../contract';

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

describe('starting again with changes', () => {
  const before = fromCluster(cluster(sample('cluster-running')));

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
