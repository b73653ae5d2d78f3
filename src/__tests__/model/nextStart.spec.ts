import { cluster as read } from '../../api/contract';
import { nextMemory, optionsOfCluster, profileOf, readNextOption, withOption } from '../../model/nextStart';
import { sample } from '../samples';

const running = read(sample('cluster-running'));
const stopped = read(sample('cluster-stopped'));

describe('the next start of a cluster', () => {
  it('can ask for the memory that was used', () => {
    expect(nextMemory(running)).toEqual({ option: 'memory', value: '4 GB' });
    expect(nextMemory(stopped)).toBeNull();
    expect(nextMemory({ ...running, usage: null })).toBeNull();
  });

  it('keeps types, and adds a variable to those that there are', () => {
    expect(withOption({ processes: 2, memory: '16 GB' }, { option: 'processes', value: '4' })).toEqual({
      processes: 4,
      memory: '16 GB'
    });
    const variables = { environment_variables: { A: '1', OMP_NUM_THREADS: '8' } };
    const next = { option: 'environment_variables', value: 'OMP_NUM_THREADS=1' };
    expect(withOption(variables, next)).toEqual({ environment_variables: { A: '1', OMP_NUM_THREADS: '1' } });
    expect(withOption({}, next)).toEqual({ environment_variables: { OMP_NUM_THREADS: '1' } });
    expect(withOption(variables, null)).toBe(variables);
  });

  it('can be a profile, without what is one cluster’s own', () => {
    const { options, scaling, backend } = profileOf(running, { option: 'memory', value: '4 GB' }, 'As ocean');
    expect(options).toEqual({ ...optionsOfCluster(running), memory: '4 GB' });
    expect(options).not.toHaveProperty('log_directory');
    expect(options).not.toHaveProperty('gpus');
    expect([scaling, backend]).toEqual([{ mode: 'manual', jobs: 4 }, 'slurm']);
    const adaptive = { mode: 'adaptive', jobs: null, minimum_jobs: 0, maximum_jobs: 3 } as const;
    expect(profileOf({ ...running, scaling: adaptive }, null, '').scaling).toEqual({
      mode: 'adaptive',
      minimum_jobs: 0,
      maximum_jobs: 3
    });
  });

  it('is read from the arguments of a command', () => {
    expect(readNextOption({ option: 'memory', value: '4 GB' })).toEqual({ option: 'memory', value: '4 GB' });
    expect(readNextOption({ option: 'memory', value: null })).toBeNull();
    expect(readNextOption({})).toBeNull();
  });
});
