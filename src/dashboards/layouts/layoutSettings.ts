import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import type { PartialJSONObject, ReadonlyJSONObject } from '@lumino/coreutils';

import { DEFAULT_LAYOUT, Layout, readLayout } from './layout';

const LAYOUTS = 'layouts';
const DASK_LABEXTENSION = 'dask-labextension:plugin';

/** The layouts that a user has saved, and the one that is there before. */
export class LayoutSettings {
  /**
   * @param _settings - where they are kept; without, there is just the default.
   * @param _id - the plugin whose settings they are.
   */
  constructor(
    private readonly _settings: ISettingRegistry | null,
    private readonly _id: string
  ) {}

  /** @returns the names of saved layouts, in their order. */
  async names(): Promise<string[]> {
    return Object.keys(await this._saved());
  }

  /** @returns a saved layout; the default one where there is none of that name. */
  async get(name?: string): Promise<Layout> {
    const saved = name === undefined ? undefined : (await this._saved())[name];
    return saved === undefined ? this._default() : readLayout(saved);
  }

  async save(name: string, layout: Layout): Promise<void> {
    const all = { ...(await this._saved()), [name]: layout as unknown as ReadonlyJSONObject };
    await this._settings?.set(this._id, LAYOUTS, all as PartialJSONObject);
  }

  /** The user's own, else what was set for dask-labextension, else ours. */
  private async _default(): Promise<Layout> {
    const chosen =
      (await this._userSetting(this._id, 'defaultLayout')) ??
      (await this._userSetting(DASK_LABEXTENSION, 'defaultLayout'));
    const layout = readLayout(chosen);
    return Object.keys(layout).length > 0 ? layout : DEFAULT_LAYOUT;
  }

  private async _saved(): Promise<ReadonlyJSONObject> {
    return ((await this._userSetting(this._id, LAYOUTS)) ?? {}) as ReadonlyJSONObject;
  }

  private async _userSetting(plugin: string, key: string): Promise<unknown> {
    try {
      return (await this._settings?.get(plugin, key))?.user;
    } catch {
      // There are no settings of that plugin: dask-labextension is not installed.
      return undefined;
    }
  }
}
