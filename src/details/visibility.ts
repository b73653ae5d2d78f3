import type { ISignal } from '@lumino/signaling';
import * as React from 'react';

/** Whether somebody can see a tab: only then are jobs and logs asked for. */
export interface IVisibility {
  readonly isVisible: boolean;
  readonly visibilityChanged: ISignal<unknown, boolean>;
}

const Context = React.createContext<IVisibility | null>(null);

export const VisibilityProvider = Context.Provider;

/** @returns whether the tab is in front and its browser window shown. */
export function useVisibility(): boolean {
  const tab = React.useContext(Context);
  const look = React.useCallback(() => (tab?.isVisible ?? true) && !document.hidden, [tab]);
  const [visible, setVisible] = React.useState(look);
  React.useEffect(() => {
    const update = () => setVisible(look());
    update();
    tab?.visibilityChanged.connect(update);
    document.addEventListener('visibilitychange', update);
    return () => {
      tab?.visibilityChanged.disconnect(update);
      document.removeEventListener('visibilitychange', update);
    };
  }, [tab, look]);
  return visible;
}
