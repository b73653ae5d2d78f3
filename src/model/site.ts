import type { ClusterClient } from '../api/client';
import type { Site } from '../api/contract';

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
