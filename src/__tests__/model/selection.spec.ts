import { Signal } from '@lumino/signaling';

import type { Cluster } from '../../api/contract';
import { cluster as readCluster } from '../../api/contract';
import { Selection } from '../../model/selection';
import type { IClusterManager } from '../../tokens';
import { sample } from '../samples';

const ocean = readCluster(sample('cluster-running'));
const stopped: Cluster = { ...ocean, id: 'old-0000', status: 'stopped', replaces: null };

/** A list of clusters that a test sets. */
class Listed {
  clusters: readonly Cluster[] = [];
  connection: IClusterManager['connection'] = 'live';
  readonly changed = new Signal<this, void>(this);

  show(...clusters: Cluster[]): void {
    this.clusters = clusters;
    this.changed.emit();
  }
}

describe('Selection', () => {
  let listed: Listed;
  let selection: Selection;

  beforeEach(() => {
    listed = new Listed();
    selection = new Selection(listed as unknown as IClusterManager);
  });

  it('takes a cluster that is alive before one that has ended', () => {
    listed.show(stopped, ocean);
    expect(selection.current).toBe(ocean.id);
  });

  it('stays where the user put it while that is listed', () => {
    listed.show(stopped, ocean);
    selection.select(stopped.id);
    listed.show(ocean, stopped);
    expect(selection.current).toBe(stopped.id);
  });

  it('follows a cluster to the one that replaces it', () => {
    listed.show(ocean);
    listed.show({ ...ocean, id: 'other-1111' }, { ...ocean, id: 'ocean-77aa', replaces: ocean.id });
    expect(selection.current).toBe('ocean-77aa');
  });

  it('is null when nothing is left', () => {
    listed.show(ocean);
    listed.show();
    expect(selection.current).toBeNull();
  });

  it('keeps its cluster while the connection is lost', () => {
    listed.show(ocean);
    listed.connection = 'lost';
    listed.show();
    expect(selection.current).toBe(ocean.id);
  });

  it('tells about a change once', () => {
    const seen: (string | null)[] = [];
    selection.changed.connect((_, id) => seen.push(id));
    listed.show(ocean);
    listed.show(ocean);
    selection.select(ocean.id);
    expect(seen).toEqual([ocean.id]);
  });
});
