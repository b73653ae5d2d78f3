import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ISignal, Signal } from '@lumino/signaling';

import type { Cluster, Hint } from '../api/contract';

const SHOWN = 'hints';
const DISMISSED = 'dismissedHints';

/** Which hints a user wants to see: settings, so that it is so everywhere. */
export class HintSettings {
  /**
   * @param _settings - where they are kept; without, what was dismissed is forgotten with the page.
   * @param _id - the plugin whose settings they are.
   */
  constructor(
    private readonly _settings: ISettingRegistry | null,
    private readonly _id: string
  ) {
    void this._read();
    _settings?.pluginChanged.connect((_, changed) => {
      if (changed === _id) {
        void this._read();
      }
    });
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** @returns the hint of a cluster that is to be shown. */
  of({ id, hints }: Cluster): Hint | null {
    const shown = this._shown ? hints.find(({ code }) => !this._dismissed[id]?.includes(code)) : undefined;
    return shown ?? null;
  }

  /** Show such a hint of this cluster no more; what was dismissed of clusters that are gone is forgotten. */
  async dismiss({ id }: Cluster, code: string, clusters: readonly Cluster[]): Promise<void> {
    const listed = new Set(clusters.map(cluster => cluster.id));
    const kept = Object.entries(this._dismissed).filter(([other]) => listed.has(other));
    this._dismissed = { ...Object.fromEntries(kept), [id]: [...(this._dismissed[id] ?? []), code] };
    this._changed.emit();
    await this._settings?.set(this._id, DISMISSED, this._dismissed);
  }

  private async _read(): Promise<void> {
    const shown = (await this._settings?.get(this._id, SHOWN))?.composite;
    const dismissed = (await this._settings?.get(this._id, DISMISSED))?.composite;
    this._shown = shown !== false;
    this._dismissed = (dismissed ?? this._dismissed) as Record<string, string[]>;
    this._changed.emit();
  }

  // Until the settings are read nobody knows.
  private _shown = false;
  private _dismissed: Record<string, string[]> = {};
  private readonly _changed = new Signal<this, void>(this);
}
