import { detailsLink, readDetailsLink } from '../../details/detailsLink';

describe('detailsLink', () => {
  it('opens what it was made for, in a workspace of its own', () => {
    const link = detailsLink('http://host/user/ada/', 'ocean-3f9c', { section: 'logs', job: '12_3' });
    const { pathname, search } = new URL(link);
    expect(pathname).toBe('/user/ada/lab/workspaces/dask-slurm');
    expect(readDetailsLink(search)).toEqual({ cluster: 'ocean-3f9c', section: 'logs', job: '12_3' });
  });

  it('says no more than it is asked', () => {
    const { search } = new URL(detailsLink('http://host/', 'a-1', { section: undefined }));
    expect(search).toBe('?dask-cluster=a-1');
    expect(readDetailsLink(search)).toEqual({ cluster: 'a-1' });
  });

  it('leaves other addresses alone', () => {
    expect(readDetailsLink('?reset')).toBeNull();
  });
});
