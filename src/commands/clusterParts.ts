import type { TranslationBundle } from '@jupyterlab/translation';

import type { IClusterManager, ISelection } from '../tokens';

/** What the commands about clusters work with. */
export interface IClusterCommands {
  readonly manager: IClusterManager;
  readonly selection: ISelection;
  readonly trans: TranslationBundle;
}
