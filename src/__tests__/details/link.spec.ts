import { detailsLink, readDetailsLink } from '../../details/link';

describe('detailsLink', () => {
  it('opens what it was made for', () => {
    const link = detailsLink('http://host/user/ada/', 'ocean-3f9c', { section: 'logs', job: '12_3' });
    const { pathname, search } = new URL(link);
    expect(pathname).toBe('/user/ada/lab');
    expect(readDetailsLink(search)).toEqual({ cluster: 'ocean-3f9c', section: 'logs', job: '12_3' });
  });

  it('says no more than it is asked', () => {
    expect(detailsLink('http://host/', 'a-1', { section: undefined })).toBe(
      'http://host/lab?dask-cluster=a-1'
    );
    expect(readDetailsLink('?dask-cluster=a-1')).toEqual({ cluster: 'a-1' });
  });

  it('leaves other addresses alone', () => {
    expect(readDetailsLink('?reset')).toBeNull();
  });
});
