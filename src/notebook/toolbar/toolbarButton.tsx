import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ToolbarButtonComponent, UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';

import { daskSlurmIcon } from '../../icons';
import type { NotebookLink } from '../notebookLink';
import { linkLabel } from './label';
import type { ItemContent } from './toolbarItem';
import { IMenuParts, openMenu } from './toolbarMenu';

import '../../../style/notebook.css';

/** @returns the button that says which cluster a notebook is on, and opens what can be done about it. */
export function toolbarButton(
  panel: NotebookPanel,
  link: NotebookLink,
  parts: IMenuParts,
  trans: TranslationBundle
): ItemContent {
  return item => (
    <UseSignal signal={link.changed}>
      {() => (
        <ToolbarButtonComponent
          {...linkLabel(link, trans)}
          icon={daskSlurmIcon}
          aria-haspopup="menu"
          onClick={() => openMenu(link, panel.id, parts, item)}
        />
      )}
    </UseSignal>
  );
}
