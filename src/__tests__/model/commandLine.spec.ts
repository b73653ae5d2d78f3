import { commandLine } from '../../model/commandLine';

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
