import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { Cluster } from '../api/contract';
import type { IClusterManager, ISelection } from '../tokens';
import type { Properties } from './args';

/** What the commands about clusters work with. */
export interface IClusterCommands {
  readonly manager: IClusterManager;
  readonly selection: ISelection;
  readonly trans: TranslationBundle;
}

/** A command about one cluster, in terms of that cluster. */
export interface IClusterAction {
  readonly label: string;
  readonly icon?: CommandRegistry.ICommandOptions['icon'];
  readonly properties?: Properties;
  readonly enabled: (cluster: Cluster) => boolean;
  readonly run: (cluster: Cluster, args: ReadonlyPartialJSONObject) => Promise<void>;
}
