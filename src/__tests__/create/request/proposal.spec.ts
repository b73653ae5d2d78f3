import { site } from '../../../api/contract';
import { proposed, whyProposed, withoutProposal } from '../../../create/request/proposal';
import { sample } from '../../samples';

const here = { ...site(sample('site')), controller_reasons: [] };
const options = { properties: { controller_placement: {} } };
const why = 'Jupyter runs in Slurm job 17, with which all ends that runs here.';
const poor = { site: { ...here, controller_reasons: [why] }, options, profiles: [] };
const placed = { controller_placement: 'job' };

describe('a host that is no place for controllers', () => {
  it('has a job proposed, with the reason', () => {
    expect(proposed(poor)).toEqual(placed);
    expect(whyProposed(poor, placed)).toBe(why);
    expect(whyProposed(poor, { controller_placement: 'here' })).toBe('');
    expect(whyProposed(poor, { ...placed, backend: 'local' })).toBe('');
  });

  it('is an exception, and nothing that its user may not choose is proposed', () => {
    expect(proposed({ ...poor, site: here })).toEqual({});
    expect(proposed({ ...poor, options: { properties: {} } })).toEqual({});
  });

  it('is not remembered for another one', () => {
    expect(withoutProposal(poor, { ...placed, cores: 8 })).toEqual({ cores: 8 });
    expect(withoutProposal({ ...poor, site: here }, placed)).toEqual(placed);
  });
});
