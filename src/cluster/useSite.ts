import * as React from 'react';

import type { Site } from '../api/contract';
import { useClusterContext } from './context';

/** @returns the site as soon as it is known; not asked for while it is not wanted. */
export function useSite(wanted: boolean): Site | null {
  const { site: source } = useClusterContext();
  const [site, setSite] = React.useState<Site | null>(null);
  React.useEffect(() => {
    if (!wanted) {
      return;
    }
    let current = true;
    source.get().then(
      found => current && setSite(found),
      // The banner of the list tells that Jupyter does not answer.
      () => undefined
    );
    return () => {
      current = false;
    };
  }, [source, wanted]);
  return site;
}
