import { cluster as readCluster } from '../../api/validate';
import { canBeChanged, isOutOfReach } from '../../model/status';
import { sample } from '../contract';

const ocean = readCluster(sample('cluster-running'));

describe('canBeChanged', () => {
  const remote = readCluster(sample('cluster-remote'));

  it('is so for a cluster of this host, also before its controller answers', () => {
    expect(canBeChanged(ocean)).toBe(true);
    expect(canBeChanged({ ...remote, status: 'starting' })).toBe(true);
  });

  it('is not for one of another host, nor for one that has ended', () => {
    expect(isOutOfReach(remote)).toBe(true);
    expect(canBeChanged(remote)).toBe(false);
    expect(canBeChanged(readCluster(sample('cluster-stopped')))).toBe(false);
  });
});
