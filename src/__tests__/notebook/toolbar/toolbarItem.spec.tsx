import { nullTranslator } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import * as React from 'react';

import type { ItemContent } from '../../../notebook/toolbar/toolbarItem';
import { ToolbarItem } from '../../../notebook/toolbar/toolbarItem';

const trans = nullTranslator.load('jupyter_dask_slurm');

describe('a notebook’s item', () => {
  beforeAll(() => {
    (globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean }).IS_REACT_ACT_ENVIRONMENT = true;
  });

  /** @returns the item as it is shown once its code has come, or has not. */
  const shown = async (loaded: Promise<ItemContent>) => {
    const item = new ToolbarItem(loaded, trans);
    await React.act(async () => {
      Widget.attach(item, document.body);
      await loaded.catch(() => undefined);
      await item.renderPromise;
    });
    return item.node;
  };

  it('shows what its code draws', async () => {
    const node = await shown(Promise.resolve(() => <b>ocean</b>));
    expect(node.textContent).toBe('ocean');
  });

  it('says what to do where its code does not come', async () => {
    const node = await shown(Promise.reject(new Error('Loading chunk 7 failed.')));
    expect(node.innerHTML).toContain('could not be loaded. Reload this page.');
  });
});
