import { nullTranslator } from '@jupyterlab/translation';

import { preview } from '../../api/contract';
import { lastStart } from '../../model/lastStart';
import { sample } from '../samples';

const trans = nullTranslator.load('jupyter_dask_slurm');
const told = preview(sample('preview'));

it('is called by what the preview has told of it', () => {
  const options = { cores: 8, walltime: '01:00:00', partition: null };
  const judged = { ...told, totals: { ...told.totals, jobs: 4 }, options };
  const request = { options: { cores: 8 } };
  expect(lastStart(request, judged, 'normal', trans)).toEqual({
    request,
    words: 'normal · 4 × 8 cores · 1 h'
  });
  expect(lastStart({ backend: 'local' }, judged, 'normal', trans).words).toBe('this machine · 4 × 8 cores');
  expect(lastStart(request, null, undefined, trans).words).toBe('');
});
