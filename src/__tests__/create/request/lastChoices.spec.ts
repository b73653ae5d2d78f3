import { StateDB } from '@jupyterlab/statedb';

import { site } from '../../../api/contract';
import { LastChoices, stillOffered } from '../../../create/request/lastChoices';
import { sample } from '../../samples';

const here = site(sample('site'));
const [offered] = here.partitions.filter(({ allowed }) => allowed);
const choices = { backend: 'slurm', partition: offered.name, cores: 8, memory: '16 GB' };

describe('what was chosen last', () => {
  it('is there again, but for the name', async () => {
    const state = new StateDB();
    await new LastChoices(state).keep({ ...choices, name: 'ocean' });
    expect(await new LastChoices(state).read(here)).toEqual(choices);
  });

  it('is not what a profile has filled in', async () => {
    const last = new LastChoices(new StateDB());
    await last.keep(choices);
    await last.keep({ profile: 'large', cores: 64 });
    expect(await last.read(here)).toEqual(choices);
  });

  it('is gone once it was forgotten', async () => {
    const last = new LastChoices(new StateDB());
    await last.keep(choices);
    await last.forget();
    expect(await last.read(here)).toEqual({});
  });

  it('is nothing where the application keeps no state', async () => {
    const last = new LastChoices(null);
    await last.keep(choices);
    expect(await last.read(here)).toEqual({});
  });

  it('loses what this site does not have any more', () => {
    const gone = { partition: 'gone', account: 'gone', qos: 'gone', kernel: 'gone', interface: 'gone0' };
    expect(stillOffered({ cores: 8, ...gone }, here)).toEqual({ cores: 8 });
    const closed = { ...here, partitions: here.partitions.map(one => ({ ...one, allowed: false })) };
    expect(stillOffered(choices, closed)).not.toHaveProperty('partition');
  });

  it('does not ask for Slurm where there is none', () => {
    const without = site(sample('site-without-slurm'));
    expect(stillOffered({ backend: 'slurm', cores: 2 }, without)).toEqual({ cores: 2 });
    expect(stillOffered({ backend: 'local' }, without)).toEqual({ backend: 'local' });
  });
});
