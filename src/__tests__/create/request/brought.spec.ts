import { nullTranslator } from '@jupyterlab/translation';

import { broughtWords } from '../../../create/request/brought';

const trans = nullTranslator.load('jupyter_dask_slurm');
const options = { properties: { partition: { title: 'Partition' } } };

describe('what is said of options that came with a notebook', () => {
  it.each([
    [{}, {}, 'These options came with the notebook. Look at the script before you start it.'],
    [{ backend: 'local' }, {}, 'These options came with the notebook. Look at them before you start it.'],
    [
      { backend: 'local' },
      { gpus: 2 },
      'These options came with the notebook. Look at them before you start it. This site does not offer you: gpus 2.'
    ],
    [
      {},
      { partition: 'gone', qos: 'high' },
      'These options came with the notebook. Look at the script before you start it. ' +
        'This site does not offer you: Partition gone, qos high.'
    ]
  ])('is of one piece for whoever translates it, with %j, without %j', (data, refused, words) => {
    const said = jest.spyOn(trans, '__');
    expect(broughtWords({ data, refused }, options, trans)).toBe(words);
    expect(said).toHaveBeenCalledTimes(1);
    said.mockRestore();
  });
});
