/**
 * Open an address as a tab of the browser, where the shell holds a single main widget. To be called before
 * anything is awaited: browsers open tabs for clicks alone.
 */
export function openInBrowser(url: string): void {
  window.open(url, '_blank', 'noopener');
}
