import { nullTranslator } from '@jupyterlab/translation';

import type { Cluster } from '../../api/contract';
import { cluster as readCluster } from '../../api/contract';
import { formatTime } from '../../model/format';
import {
  composition,
  failurePlace,
  failureWords,
  liveNumbers,
  queueWords,
  taskWords
} from '../../model/words';
import { sample } from '../samples';

const trans = nullTranslator.load('jupyter_dask_slurm');
const ocean = readCluster(sample('cluster-running'));

describe('what a card says', () => {
  const with_ = (changes: Partial<Cluster>): Cluster => ({ ...ocean, ...changes });

  it('names what the cluster is made of', () => {
    expect(composition(ocean, trans)).toEqual(['normal', '4 jobs × 8 cores', '16 GiB each']);
    expect(composition(with_({ expires_at: null }), trans)).toContain('12 h');
    expect(composition(with_({ backend: 'local' }), trans)[0]).toBe('this machine');
    const options = { ...ocean.options, partition: null };
    expect(composition(with_({ options }), trans, 'short')[0]).toBe('short');
  });

  it('has no live numbers of a cluster that is out of reach', () => {
    expect(liveNumbers(ocean, trans)).toEqual(['6 of 8 workers', '24 threads', '1.3 core hours']);
    expect(liveNumbers(readCluster(sample('cluster-remote')), trans)).toEqual([]);
  });
});

describe('taskWords', () => {
  it('says what there is to do', () => {
    expect(taskWords(ocean, trans)).toEqual(['24 tasks run', '1000 tasks wait', '12 results']);
  });

  it('leaves out what is none', () => {
    expect(taskWords(readCluster(sample('cluster-remote')), trans)).toEqual([]);
  });
});

describe('queueWords', () => {
  const now = new Date('2026-11-20T21:01:00Z');
  const waiting = (changes: Partial<NonNullable<Cluster['waiting']>>): Cluster => ({
    ...ocean,
    waiting: { reason: null, reason_text: null, expected_start_at: null, ...changes }
  });

  it('says why and when', () => {
    const when = formatTime('2026-11-20T22:05:00Z', now);
    expect(queueWords(ocean, trans, now)).toBe(
      `Jobs with higher priority are ahead. Expected to start ≈ ${when}.`
    );
  });

  it('takes Slurm’s own word where there is no sentence', () => {
    expect(queueWords(waiting({ reason: 'Resources' }), trans, now)).toBe('Resources');
  });

  it('names no start that should have been', () => {
    const late = { reason_text: 'It waits.', expected_start_at: '2026-11-20T21:00:00Z' };
    expect(queueWords(waiting(late), trans, now)).toBe('It waits.');
  });

  it('is silent while Slurm is, and where nothing waits', () => {
    expect(queueWords(waiting({}), trans, now)).toBeNull();
    expect(queueWords({ ...ocean, waiting: null }, trans, now)).toBeNull();
  });
});

describe('failureWords', () => {
  const [failure] = readCluster(sample('cluster-running')).failures;

  it('names function and exception, with how often and where', () => {
    expect(failureWords(failure, trans)).toBe("3 × inc: ZeroDivisionError('division by zero')");
    expect(failureWords({ ...failure, tasks: 1 }, trans)).toMatch(/^inc: Zero/);
    expect(failurePlace(failure, trans)).toBe('worker jds-ocean-3f9c-1-0-0 on n1');
    expect(failurePlace({ ...failure, node: null }, trans)).toBe('worker jds-ocean-3f9c-1-0-0');
    expect(failurePlace({ ...failure, worker: null }, trans)).toBeNull();
  });
});
