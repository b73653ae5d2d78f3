import { Spinner } from '@jupyterlab/apputils';
import type { Message } from '@lumino/messaging';
import { BoxPanel, Widget } from '@lumino/widgets';

/** Stands in for a widget whose code is loaded when it is first shown. */
export class LazyWidget extends BoxPanel {
  /**
   * @param _load - loads the code and makes the widget.
   * @param _failed - makes what stands there where that did not work; its argument tries once more.
   */
  constructor(
    private readonly _load: () => Promise<Widget>,
    private readonly _failed: (tryAgain: () => void) => Widget
  ) {
    super({ spacing: 0 });
    this.addClass('jp-DaskSlurmLazy');
  }

  protected override onBeforeShow(msg: Message): void {
    super.onBeforeShow(msg);
    void this._fill();
  }

  protected override onAfterAttach(msg: Message): void {
    super.onAfterAttach(msg);
    if (this.isVisible) {
      void this._fill();
    }
  }

  private async _fill(): Promise<void> {
    if (this.widgets.length > 0) {
      return;
    }
    const waiting = new Spinner();
    this.addWidget(waiting);
    const widget = await this._load().catch((error: unknown) => {
      console.error(error);
      return this._sorry();
    });
    waiting.dispose();
    this.addWidget(widget);
  }

  /** The connection was lost, or Jupyter has another version meanwhile. */
  private _sorry(): Widget {
    const widget = this._failed(() => {
      widget.dispose();
      void this._fill();
    });
    return widget;
  }
}
