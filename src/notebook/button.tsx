import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget, ToolbarButtonComponent, UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';

import { daskSlurmIcon } from '../icons';
import type { NotebookLink } from './link';
import { IMenuParts, openMenu } from './menu';
import { describeLink } from './words';

/** Says in a notebook's toolbar which cluster it is on, and opens what can be done about it. */
export class LinkButton extends ReactWidget {
  constructor(
    private readonly _panel: NotebookPanel,
    private readonly _link: NotebookLink,
    private readonly _parts: IMenuParts,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-DaskSlurmNotebook');
  }

  protected override render(): React.ReactElement {
    return (
      <UseSignal signal={this._link.changed}>
        {() => (
          <ToolbarButtonComponent
            {...describeLink(this._link, this._trans)}
            icon={daskSlurmIcon}
            aria-haspopup="menu"
            onClick={() => openMenu(this._link, this._panel.id, this._parts, this.node)}
          />
        )}
      </UseSignal>
    );
  }
}
