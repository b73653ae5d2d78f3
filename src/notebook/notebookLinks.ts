import type { NotebookPanel } from '@jupyterlab/notebook';
import { ISignal, Signal } from '@lumino/signaling';

import { ILinkParts, NotebookLink } from './notebookLink';

/** The link of each open notebook. */
export class NotebookLinks {
  constructor(private readonly _parts: ILinkParts) {}

  /** Emits when anything about any of them may be another. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** @returns the link of a notebook, made when first asked for; it goes with the notebook. */
  of(panel: NotebookPanel): NotebookLink {
    const known = this._links.get(panel);
    if (known) {
      return known;
    }
    const link = new NotebookLink(panel, this._parts);
    this._links.set(panel, link);
    link.changed.connect(() => this._changed.emit());
    panel.disposed.connect(() => {
      this._links.delete(panel);
      link.dispose();
    });
    return link;
  }

  /** Look again at what every notebook wants: the setting has changed. */
  reconsider(): void {
    this._links.forEach(link => link.reconsider());
  }

  private readonly _changed = new Signal<this, void>(this);
  private readonly _links = new Map<NotebookPanel, NotebookLink>();
}
