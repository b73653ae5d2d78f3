import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, ToolbarButtonComponent } from '@jupyterlab/ui-components';
import * as React from 'react';

import { daskSlurmIcon } from '../../icons';

/** Draws what an item shows; below its element a menu can be opened. */
export type ItemContent = (item: Element) => React.ReactElement;

/** A notebook's toolbar item about its cluster: a button that cannot be pressed yet while its code is loaded. */
export class ToolbarItem extends ReactWidget {
  constructor(
    loaded: Promise<ItemContent>,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-DaskSlurmNotebook');
    loaded.then(
      content => this._show(content),
      () =>
        this._show(() => this._disabled(this._trans.__('Its code could not be loaded. Reload this page.')))
    );
  }

  protected override render(): React.ReactElement {
    return this._content?.(this.node) ?? this._disabled();
  }

  private _disabled(why?: string): React.ReactElement {
    const label = this._trans.__('Dask');
    return <ToolbarButtonComponent label={label} icon={daskSlurmIcon} enabled={false} tooltip={why} />;
  }

  private _show(content: ItemContent): void {
    this._content = content;
    if (!this.isDisposed) {
      this.update();
    }
  }

  private _content: ItemContent | null = null;
}
