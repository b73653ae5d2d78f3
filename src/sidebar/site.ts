import * as React from 'react';

import type { ClusterClient } from '../api/client';
import type { Site } from '../api/validate';
import { usePanel } from './context';

/** What the site offers; asked for when somebody first wants to know, and once. */
export class SiteSource {
  constructor(private readonly _client: ClusterClient) {}

  /** @returns the site; rejects where Jupyter does not answer, and asks anew the next time. */
  get(): Promise<Site> {
    this._asked ??= this._client.site().catch((error: unknown) => {
      this._asked = null;
      throw error;
    });
    return this._asked;
  }

  private _asked: Promise<Site> | null = null;
}

/** @returns the site as soon as it is known; not asked for while it is not wanted. */
export function useSite(wanted: boolean): Site | null {
  const { site: source } = usePanel();
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
