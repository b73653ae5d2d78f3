import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import type { Progress } from '../../api/contract';
import { formatSpan } from '../../model/format';

/** A line with a bar: how far the tasks of a cell are. */
export class ProgressBar extends Widget {
  constructor(
    cluster: string,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('jp-DaskSlurmProgress');
    this.node.setAttribute('role', 'progressbar');
    this.node.setAttribute('aria-label', _trans.__('Dask tasks of this cell on %1', cluster));
    this.node.setAttribute('aria-valuemin', '0');
    const track = part(this.node, 'track');
    this._done = part(track, 'done');
    this._failed = part(track, 'failed');
    this._text = part(this.node, 'text');
  }

  /** Show how far they are, and about how many seconds the rest takes; null where that is not known. */
  tell(told: Progress, secondsLeft: number | null): void {
    const text = progressText(told, secondsLeft, this._trans);
    this.node.setAttribute('aria-valuemax', String(told.tasks));
    this.node.setAttribute('aria-valuenow', String(told.done + told.failed));
    this.node.setAttribute('aria-valuetext', text);
    this._done.style.width = `${(100 * told.done) / told.tasks}%`;
    this._failed.style.width = `${(100 * told.failed) / told.tasks}%`;
    this._text.textContent = text;
  }

  private readonly _done: HTMLElement;
  private readonly _failed: HTMLElement;
  private readonly _text: HTMLElement;
}

/** @returns how far tasks are, in words. */
export function progressText(
  { tasks, done, failed, running }: Progress,
  secondsLeft: number | null,
  trans: TranslationBundle
): string {
  const left = tasks - done - failed;
  const parts = [
    trans.__('Dask tasks: %1 of %2', done.toLocaleString(), tasks.toLocaleString()),
    failed ? trans.__('%1 failed', failed.toLocaleString()) : '',
    left && !running ? trans.__('none on a worker yet') : '',
    left && running && secondsLeft !== null ? trans.__('%1 left', formatSpan(secondsLeft, trans)) : ''
  ];
  return parts.filter(Boolean).join(' · ');
}

function part(parent: HTMLElement, name: string): HTMLElement {
  const node = document.createElement('div');
  node.className = `jp-DaskSlurmProgress-${name}`;
  return parent.appendChild(node);
}
