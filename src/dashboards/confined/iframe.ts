import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';

import type { IDashboard } from '../../api/client';
import { Confinement, IOutside } from './confinement';
import type { IPageTheme } from './pageTheme';

/** A widget that shows confined pages of a dashboard. */
export class ConfinedFrame extends Widget {
  constructor(outside: Pick<IOutside, 'leave' | 'failed'>) {
    super();
    // JupyterLab's, so that a frame does not swallow what is dragged across it.
    this.addClass('jp-IFrame');
    this._confinement = new Confinement(this.node, {
      ...outside,
      shown: () => this.addClass('jp-mod-drawn')
    });
  }

  /** What the frame is called, for who does not see it. */
  set label(label: string) {
    this._confinement.label = label;
  }

  /** Show pages in the colours of a theme; null for their own. */
  set theme(theme: IPageTheme | null) {
    this._confinement.theme = theme;
  }

  /** Show a page, or the same one anew. */
  open(source: IDashboard, path: string): void {
    this.clear();
    this._shown = { source, path };
    // Before that the frame would lose it again.
    if (this.isAttached) {
      this._confinement.open(source, path);
    }
  }

  /** Show nothing. */
  clear(): void {
    this._shown = null;
    this.removeClass('jp-mod-drawn');
    this._confinement.clear();
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    // A frame that is moved begins anew, and what Bokeh wrote into the page is valid for minutes only.
    if (this._shown) {
      this.open(this._shown.source, this._shown.path);
    }
  }

  protected override onAfterDetach(msg: Message): void {
    this._confinement.clear();
    super.onAfterDetach(msg);
  }

  private _shown: { readonly source: IDashboard; readonly path: string } | null = null;
  private readonly _confinement: Confinement;
}
