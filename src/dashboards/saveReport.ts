import type { ClusterClient } from '../api/client';

/** Save Dask's performance report of a cluster as a file. */
export async function saveReport(client: ClusterClient, id: string): Promise<void> {
  const page = await client.report(id);
  const time = new Date().toISOString().slice(0, 19).replace(/:/g, '');
  save(page, `dask-report-${id}-${time}.html`);
}

/** Have the browser save a page; it is never opened, so its scripts do not run here. */
function save(page: string, name: string): void {
  const url = URL.createObjectURL(new Blob([page], { type: 'text/html' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Once the browser has begun to save, what it reads is its own.
  window.setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
