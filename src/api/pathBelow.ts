/**
 * Say where an address in a page leads below the dashboard, as a browser would understand it.
 *
 * @param root - the address of the dashboard, with a slash at its end.
 * @param page - the path of the page below it.
 * @returns the path below the dashboard, null where it leads out of it.
 */
export function pathBelow(root: string, page: string, address: string): string | null {
  try {
    const { href } = new URL(address, new URL(page, root));
    return href.startsWith(root) ? href.slice(root.length) : null;
  } catch {
    return null;
  }
}

/**
 * Find a path below the dashboard.
 *
 * @returns its address.
 * @throws Error where it leads out of the dashboard.
 */
export function addressBelow(root: string, path: string): string {
  const below = pathBelow(root, '', path);
  if (below === null) {
    throw new Error(`${path} is no page of this dashboard.`);
  }
  return root + below;
}
