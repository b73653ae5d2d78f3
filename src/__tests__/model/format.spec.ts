import { nullTranslator } from '@jupyterlab/translation';

import {
  commandLine,
  formatBytes,
  formatSpan,
  formatTime,
  walltimeSeconds,
  withLocalTimes
} from '../../model/format';

const trans = nullTranslator.load('jupyter_dask_slurm');

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1024, '1 kB'],
    [1_590_000, '1.5 MB'],
    [8_000_000_000, '8 GB'],
    [67_645_734_912, '67 GB'],
    [999_999_999_999, '999 GB'],
    [1000 ** 4, '1 TB']
  ])('%d is %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

describe('formatSpan', () => {
  it.each([
    [-5, 'less than 1 min'],
    [20, 'less than 1 min'],
    [60, '1 min'],
    [3600, '1 h'],
    [3660, '1 h 1 min'],
    [12 * 3600 + 300, '12 h'],
    [86400, '1 d'],
    [172800 + 7200, '2 d 2 h']
  ])('%d s is %s', (seconds, text) => {
    expect(formatSpan(seconds, trans)).toBe(text);
  });
});

describe('withLocalTimes', () => {
  it('shows times as the reader’s own', () => {
    const now = new Date('2026-11-20T21:05:00Z');
    const when = formatTime('2026-11-20T21:00:00Z', now);
    expect(withLocalTimes('Idle since 2026-11-20T21:00:00Z.', now)).toBe(`Idle since ${when}.`);
  });
});

describe('walltimeSeconds', () => {
  it.each([
    ['5', 300],
    ['5:30', 330],
    ['01:00:00', 3600],
    ['2-00', 172800],
    ['1-12:30', 131400],
    ['1-00:00:10', 86410],
    ['2 h', 7200],
    ['30min', 1800],
    ['1 d 12 h', 129600]
  ])('reads %s as the form and Slurm do', (text, seconds) => {
    expect(walltimeSeconds(text)).toBe(seconds);
  });

  it.each(['', 'abc', '1:2:3:4', '-5', 'UNLIMITED'])('knows no length of "%s"', text => {
    expect(walltimeSeconds(text)).toBeNull();
  });
});

describe('commandLine', () => {
  it('leaves plain words alone', () => {
    expect(commandLine(['sbatch', '--output=/a/b-%A_%a.out', '--array=0-3'])).toBe(
      'sbatch --output=/a/b-%A_%a.out --array=0-3'
    );
  });

  it('quotes what a shell would change', () => {
    expect(commandLine(['sbatch', '--output=/my home/$x', "it's"])).toBe(
      `sbatch '--output=/my home/$x' 'it'"'"'s'`
    );
  });
});
