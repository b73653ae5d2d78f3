import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { TranslationBundle } from '@jupyterlab/translation';

import { CommandIDs, PANEL_ID } from '../commandIds';
import { formatTime, withLocalTimes } from '../model/format';
import { Happenings, IHappening } from '../model/happenings';
import { phaseWords, statusWord } from '../model/status';
import type { IClusterManager, ISelection } from '../tokens';
import { OtherTabs } from './otherTabs';

const SHOWN = 'notifications';
const OUTSIDE = 'browserNotifications';

/** What notifications are made with. */
export interface INotifierParts {
  readonly manager: IClusterManager;
  readonly selection: ISelection;
  readonly trans: TranslationBundle;
  readonly settings: ISettingRegistry | null;
  /** The plugin whose settings they are. */
  readonly id: string;
}

/** Tells users who look elsewhere what happens to their clusters. */
export class Notifier {
  constructor(
    private readonly _app: JupyterFrontEnd,
    private readonly _parts: INotifierParts
  ) {
    this._happenings = new Happenings(_parts.manager);
    this._happenings.happened.connect((_, happening) => void this._tell(happening));
  }

  /** Let the browser tell it too where it does not, and no more where it does. */
  async toggleOutside(): Promise<void> {
    const isOn = (await this._read(OUTSIDE)) === true && permission() === 'granted';
    await this.setOutside(!isOn);
  }

  /** Let the browser tell it too while this tab is hidden, or no more; asks for its permission, so after a click. */
  async setOutside(wanted: boolean): Promise<void> {
    const { trans } = this._parts;
    if (wanted && (await askPermission()) !== 'granted') {
      Notification.warning(
        trans.__(
          'The browser does not let this page notify you. Allow it in the settings of the page, and try again.'
        ),
        { autoClose: false }
      );
      return;
    }
    await this._parts.settings?.set(this._parts.id, OUTSIDE, wanted);
    Notification.info(
      wanted
        ? trans.__('The browser tells you about your Dask clusters while this tab is hidden.')
        : trans.__('The browser tells you nothing about Dask clusters any more.'),
      { autoClose: 5000 }
    );
  }

  private async _tell(happening: IHappening): Promise<void> {
    const isHidden = document.visibilityState === 'hidden';
    const tag = `dask-slurm-${happening.cluster.id}-${happening.kind}`;
    if (!isHidden) {
      this._others.saySeen(tag);
    }
    if ((!isHidden && this._isPanelShown()) || (await this._read(SHOWN)) === false) {
      return;
    }
    const { trans } = this._parts;
    const { kind, cluster } = happening;
    const words = wordsOf(happening, trans);
    const open = () => this._open(cluster.id);
    const show = { label: trans.__('Show'), callback: open };
    const canAsk = isHidden && permission() === 'default';
    const outside = {
      label: trans.__('Tell me outside this tab'),
      callback: () => void this.setOutside(true)
    };
    Notification.emit(words, kind === 'started' ? 'info' : 'warning', {
      // Of what ends users are to hear whenever they come back.
      autoClose: kind === 'started' ? 15_000 : false,
      actions: canAsk ? [show, outside] : [show]
    });
    if (isHidden && permission() === 'granted' && (await this._read(OUTSIDE)) === true) {
      await this._tellOutside(cluster.name, words, tag, open);
    }
  }

  private async _tellOutside(title: string, body: string, tag: string, open: () => void): Promise<void> {
    if (await this._others.haveSeen(tag)) {
      return;
    }
    // Several hidden tabs tell the same: the tag makes it one.
    const note = new window.Notification(title, { body, tag });
    note.onclick = () => {
      window.focus();
      open();
      note.close();
    };
  }

  private async _read(name: string): Promise<unknown> {
    const { settings, id } = this._parts;
    return (await settings?.get(id, name))?.composite;
  }

  private _isPanelShown(): boolean {
    const { shell } = this._app;
    return [...shell.widgets('left'), ...shell.widgets('right')].some(
      ({ id, isVisible }) => id === PANEL_ID && isVisible
    );
  }

  private _open(id: string): void {
    this._parts.selection.select(id);
    void this._app.commands.execute(CommandIDs.openPanel);
  }

  private readonly _happenings: Happenings;
  private readonly _others = new OtherTabs();
}

/** @returns what has happened, in a sentence or two. */
export function wordsOf({ kind, cluster, end }: IHappening, trans: TranslationBundle): string {
  const { name, problems, error } = cluster;
  if (kind === 'started') {
    return trans.__('The jobs of %1 have started: %2.', name, phaseWords(cluster, trans));
  }
  if (kind === 'ending') {
    const at = formatTime(new Date(end ?? 0).toISOString());
    return trans.__('%1 ends at %2, by walltime. Save what is only in the memory of its workers.', name, at);
  }
  const why = error?.message ?? problems.find(({ severity }) => severity === 'error')?.message;
  const gone = trans.__('%1 has no workers any more (%2).', name, statusWord(cluster, trans));
  return why ? `${gone} ${withLocalTimes(why)}` : gone;
}

/** Pages that are not served over TLS have no such thing in some browsers. */
function permission(): NotificationPermission {
  return 'Notification' in window ? window.Notification.permission : 'denied';
}

async function askPermission(): Promise<NotificationPermission> {
  return permission() === 'default' ? window.Notification.requestPermission() : permission();
}
