import { Spinner } from '@jupyterlab/apputils';
import type { Message } from '@lumino/messaging';
import { SingletonLayout, Widget } from '@lumino/widgets';

/** Stands in for a widget whose code is loaded when it is first shown. */
export class LazyWidget extends Widget {
  constructor(private readonly _load: () => Promise<Widget>) {
    super();
    this.layout = this._slot;
    this.addClass('jp-DaskSlurmLazy');
  }

  protected override onBeforeShow(msg: Message): void {
    super.onBeforeShow(msg);
    this._fill();
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    if (this.isVisible) {
      this._fill();
    }
  }

  private _fill(): void {
    if (this._slot.widget) {
      return;
    }
    this._slot.widget = new Spinner();
    void this._load().then(widget => {
      // The layout disposes of what it held before.
      this._slot.widget = widget;
    });
  }

  private readonly _slot = new SingletonLayout();
}
