import { nullTranslator } from '@jupyterlab/translation';

import type { Cluster } from '../../../api/contract';
import { CodeDropped, KernelError, MessageLost, NoPythonKernel } from '../../../notebook/kernel/runSilently';
import { linkLabel, Linked } from '../../../notebook/toolbar/label';
import { sample } from '../../samples';

const trans = nullTranslator.load('jupyter_dask_slurm');
const running = sample('cluster-running') as Cluster;
const stopped: Cluster = { ...running, status: 'stopped' };
const nothing: Linked = {
  state: { kind: 'none' },
  metadata: null,
  attached: undefined,
  made: undefined,
  remembered: undefined
};
const known: Linked = {
  ...nothing,
  metadata: { cluster: running.id, name: 'of old' },
  remembered: running
};
const there = { kind: 'there', address: running.scheduler_address ?? '' } as const;

function labelOf(link: Linked): string {
  return linkLabel(link, trans).label;
}

describe('linkLabel', () => {
  it('offers Dask where the notebook is on no cluster', () => {
    expect(labelOf(nothing)).toBe('Dask');
  });

  it('names the cluster that the kernel is connected to, remembered or not', () => {
    expect(labelOf({ ...nothing, state: there, attached: running })).toBe(running.name);
    const another = { ...running, id: 'lake-1', name: 'lake' };
    expect(labelOf({ ...known, state: there, attached: another })).toBe('lake');
  });

  it('names the cluster that a cell has made, where the notebook belongs to no other', () => {
    expect(labelOf({ ...nothing, made: running })).toBe(running.name);
    expect(labelOf({ ...nothing, made: stopped })).toBe('Dask');
    const another = { ...running, id: 'lake-1', name: 'lake' };
    expect(labelOf({ ...known, made: another })).toBe(`${running.name}: not connected`);
  });

  it.each([
    [{ kind: 'unknown' }, running.name],
    [{ kind: 'none' }, `${running.name}: not connected`],
    [{ kind: 'there', address: '' }, `${running.name}: not connected`],
    [{ kind: 'connecting' }, `${running.name}: connecting…`],
    [{ kind: 'failed', error: new KernelError('OSError', 'gone') }, `${running.name}: failed`]
  ] as const)('tells how far the kernel is from the remembered cluster: %j', (state, label) => {
    expect(labelOf({ ...known, state })).toBe(label);
  });

  it('says that the cluster is not there yet, and not that the kernel is not connected', () => {
    const starting: Cluster = { ...running, status: 'starting', waiting: null };
    expect(labelOf({ ...known, remembered: starting })).toBe(`${running.name}: starting`);
  });

  it.each([
    [new KernelError('OSError', 'gone'), 'OSError: gone'],
    [new NoPythonKernel(true), 'Only a kernel that runs Python'],
    [new MessageLost(), 'What is sent to the kernel'],
    [new CodeDropped(), 'A cell has failed'],
    ['no error at all', 'no error at all']
  ])('gives the reason of a failure to whom points at it', (error, words) => {
    const failed = { ...known, state: { kind: 'failed', error } } as const;
    expect(linkLabel(failed, trans).tooltip).toContain(words);
  });

  it('says that the cluster has stopped, whatever the kernel has', () => {
    const label = `${running.name}: stopped`;
    expect(labelOf({ ...known, remembered: stopped })).toBe(label);
    expect(labelOf({ ...known, state: there, attached: stopped, remembered: stopped })).toBe(label);
  });

  it('remembers the name of a cluster that has left the list', () => {
    expect(labelOf({ ...known, remembered: undefined })).toBe('of old: not running');
  });

  it.each([
    ['\u202eof\u0007 \u2066old\n', 'of old'],
    ['n'.repeat(5000), `${'n'.repeat(100)}…`]
  ])('shows no more of a name in the file than can be read', (name, shown) => {
    const label = labelOf({ ...known, metadata: { cluster: 'gone', name }, remembered: undefined });
    expect(label).toBe(`${shown}: not running`);
  });
});
