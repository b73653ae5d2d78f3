import * as React from 'react';

import type { Site } from '../api/contract';

/** Asks what one of several Slurm clusters offers. */
export type AskSite = (slurmCluster: string) => Promise<Site>;

/**
 * Ask for the site of a Slurm cluster when it is chosen. Until it answers, and where it does not, the site is the
 * usual one: what a request cannot be there, the preview says.
 *
 * @param usual - the site of the cluster that is taken where none is named.
 * @param named - the cluster that is chosen in the form.
 */
export function useSiteOf(usual: Site, named: unknown, ask: AskSite): Site {
  const [found, setFound] = React.useState<{ readonly name: string; readonly site: Site } | null>(null);
  const name = typeof named === 'string' && named !== usual.slurm.cluster_name ? named : null;
  const asking = React.useRef(ask);
  asking.current = ask;
  React.useEffect(() => {
    if (name === null || name === found?.name) {
      return;
    }
    let isWanted = true;
    asking.current(name).then(
      site => isWanted && setFound({ name, site }),
      () => undefined
    );
    return () => {
      isWanted = false;
    };
  }, [name, found?.name]);
  const isFound = name !== null && name === found?.name && found.site.slurm.available;
  return isFound ? found.site : usual;
}
