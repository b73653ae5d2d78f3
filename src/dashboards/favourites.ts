import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ISignal, Signal } from '@lumino/signaling';

const KEY = 'favourites';

/** The pages of the dashboard that a user wants first: a setting, so that they are there everywhere. */
export class Favourites {
  /**
   * @param _settings - where they are kept; without, they are forgotten with the page.
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

  /** Their paths, in the order in which they were chosen. */
  get paths(): readonly string[] {
    return this._paths;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Add a page, or take it away. */
  async toggle(path: string): Promise<void> {
    const kept = this._paths.filter(other => other !== path);
    const paths = kept.length < this._paths.length ? kept : [...kept, path];
    this._set(paths);
    await this._settings?.set(this._id, KEY, paths);
  }

  private async _read(): Promise<void> {
    const value = (await this._settings?.get(this._id, KEY))?.composite;
    this._set(Array.isArray(value) ? value.filter(path => typeof path === 'string') : []);
  }

  private _set(paths: readonly string[]): void {
    this._paths = paths;
    this._changed.emit();
  }

  private _paths: readonly string[] = [];
  private readonly _changed = new Signal<this, void>(this);
}
