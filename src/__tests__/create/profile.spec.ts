import { profile } from '../../api/validate';
import { otherSize, withProfile } from '../../create/profile';
import { sample } from '../contract';

const large = profile(sample('profile'));

it('a profile fills the form, and only the name stays', () => {
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
