/** @returns what a page is called, from its path; as Dask names it, for example `Task Stream`. */
export function plotTitle(path: string): string {
  const words = path
    .replace(/^individual-/, '')
    .replace(/\.html$/, '')
    .split('-');
  return words.map(word => word.charAt(0).toUpperCase() + word.slice(1)).join(' ');
}
