import type { Cluster } from '../../api/contract';
import { findCluster } from '../../notebook/findCluster';
import { parseMetadata } from '../../notebook/metadata';
import { sample } from '../samples';

const running = sample('cluster-running') as Cluster;

describe('parseMetadata', () => {
  it.each([undefined, null, 'ocean', [], {}, { cluster: 3 }, { cluster: '' }])(
    'makes nothing of %j',
    written => {
      expect(parseMetadata(written)).toBeNull();
    }
  );

  it('takes the name for the cluster where that is all that somebody wrote', () => {
    expect(parseMetadata({ cluster: 'ocean' })).toEqual({ cluster: 'ocean', name: 'ocean' });
  });

  it('leaves the setting to decide where the notebook says nothing that is yes or no', () => {
    expect(parseMetadata({ cluster: 'o-1', name: 'ocean', auto: 'yes' })).toEqual({
      cluster: 'o-1',
      name: 'ocean'
    });
    expect(parseMetadata({ cluster: 'o-1', name: 'ocean', auto: false })?.auto).toBe(false);
  });
});

describe('findCluster', () => {
  const old: Cluster = { ...running, id: 'ocean-0001', name: 'ocean', status: 'stopped', replaces: null };
  const metadata = { cluster: old.id, name: 'ocean' };

  it('takes the cluster by its id under whatever name it has now', () => {
    const renamed = { ...old, status: 'running', name: 'sea' } as const;
    expect(findCluster(metadata, [running, renamed])).toBe(renamed);
  });

  it('follows the cluster that replaces it, and prefers one that lives', () => {
    const heir = { ...old, id: 'ocean-0002', name: 'other', status: 'starting', replaces: old.id } as const;
    expect(findCluster(metadata, [old, heir])).toBe(heir);
  });

  it('finds the cluster of another day by its name', () => {
    const today = { ...old, id: 'ocean-0003', status: 'running' } as const;
    expect(findCluster(metadata, [today])).toBe(today);
  });

  it('shows how its own ended where none lives', () => {
    expect(findCluster(metadata, [old])).toBe(old);
    expect(findCluster(metadata, [])).toBeUndefined();
  });
});
