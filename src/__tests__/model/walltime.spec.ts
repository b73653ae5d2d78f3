import { walltimeSeconds } from '../../model/walltime';

describe('walltimeSeconds', () => {
  it.each([
    ['5', 300],
    ['5:30', 330],
    ['01:00:00', 3600],
    ['2-00', 172800],
    ['1-12:30', 131400],
    ['1-00:00:10', 86410]
  ])('reads %s as Slurm does', (text, seconds) => {
    expect(walltimeSeconds(text)).toBe(seconds);
  });

  it.each(['', 'abc', '1:2:3:4', '-5', 'UNLIMITED'])('knows no length of "%s"', text => {
    expect(walltimeSeconds(text)).toBeNull();
  });
});
