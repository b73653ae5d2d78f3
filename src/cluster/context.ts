import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { ISignal } from '@lumino/signaling';
import * as React from 'react';

import type { HintSettings } from '../model/hintSettings';
import type { SiteSource } from '../model/site';
import type { Trends } from '../model/trends';
import type { IClusterManager, ISelection } from '../tokens';

/** What the components that show clusters are given. */
export interface IClusterParts {
  readonly manager: IClusterManager;
  readonly selection: ISelection;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
  /** Which hints are shown. */
  readonly hints: HintSettings;
}

/** What they work with: also what whoever shows them keeps for them. */
export interface IClusterContext extends IClusterParts {
  readonly trends: Trends;
  readonly site: SiteSource;
}

const Context = React.createContext<IClusterContext | null>(null);

export const ClusterProvider = Context.Provider;

export function useClusterContext(): IClusterContext {
  const context = React.useContext(Context);
  if (!context) {
    throw new Error('useClusterContext needs a ClusterProvider above it');
  }
  return context;
}

/** Draw again each time that a signal emits. */
export function useSignalUpdates(signal: ISignal<unknown, unknown>): void {
  const [, update] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    signal.connect(update);
    return () => {
      signal.disconnect(update);
    };
  }, [signal]);
}

/**
 * @param id - of a command, about which JupyterLab and its extensions tell much and often.
 * @param read - what of it is shown.
 * @returns what that is now; drawn again only when it is another.
 */
export function useOfCommand<T extends string | boolean | null>(id: string, read: () => T): T {
  const { commandChanged } = useClusterContext().commands;
  const subscribe = React.useCallback(
    (tell: () => void) => {
      const hear = (_: CommandRegistry, args: CommandRegistry.ICommandChangedArgs) => {
        if (args.id === undefined || args.id === id) {
          tell();
        }
      };
      commandChanged.connect(hear);
      return () => void commandChanged.disconnect(hear);
    },
    [commandChanged, id]
  );
  return React.useSyncExternalStore(subscribe, read);
}

/** @returns the time, anew each minute while `active`. */
export function useMinutes(active: boolean): number {
  const [now, setNow] = React.useState(() => Date.now());
  React.useEffect(() => {
    if (!active) {
      return;
    }
    setNow(Date.now());
    const timer = window.setInterval(() => setNow(Date.now()), 60_000);
    return () => window.clearInterval(timer);
  }, [active]);
  return now;
}
