import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, ToolbarButtonComponent } from '@jupyterlab/ui-components';
import * as React from 'react';

import { daskSlurmIcon } from '../icons';

/** Draws what an item shows; below its element a menu can be opened. */
export type ItemContent = (item: Element) => React.ReactElement;

/** A notebook's toolbar item about its cluster: a button that cannot be pressed yet while its code is loaded. */
export class LinkItem extends ReactWidget {
  constructor(
    loaded: Promise<ItemContent>,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-DaskSlurmNotebook');
    void loaded.then(content => {
      this._content = content;
      if (!this.isDisposed) {
        this.update();
      }
    });
  }

  protected override render(): React.ReactElement {
    const label = this._trans.__('Dask');
    return (
      this._content?.(this.node) ?? (
        <ToolbarButtonComponent label={label} icon={daskSlurmIcon} enabled={false} />
      )
    );
  }

  private _content: ItemContent | null = null;
}
