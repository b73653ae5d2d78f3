import type { IDashboard } from '../../api/client';
import { pageScript } from './pageScript';

/** The page may run its own scripts, and reach nothing at all. */
const POLICY =
  "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' data:; style-src 'unsafe-inline' data:; " +
  "img-src data: blob:; font-src data:; form-action 'none'; base-uri 'none'";

/** What a page loads by itself, where it stands in the page. */
const FILES = [
  ['script[src]', 'src'],
  ['link[rel="stylesheet"]', 'href'],
  ['img[src]', 'src']
] as const;

/**
 * Make a page of the dashboard self-contained, so that it can be shown in a frame that has no part in
 * Jupyter's origin: without its cookies such a frame gets nothing from Jupyter.
 *
 * @param path - the page below the dashboard.
 * @returns the page as HTML.
 * @throws RequestError where the page itself cannot be had.
 */
export async function confinedPage({ root, file }: IDashboard, path: string): Promise<string> {
  const page = new DOMParser().parseFromString(await (await file(path)).text(), 'text/html');
  const inline = async (element: Element, attribute: string): Promise<void> => {
    const part = pathBelow(root, path, element.getAttribute(attribute) ?? '');
    if (part !== null) {
      const content = await file(part).then(asDataUrl, () => null);
      // What is missing on the server is missing in the page.
      element.setAttribute(attribute, content ?? 'data:,');
    }
  };
  const waiting = FILES.flatMap(([selector, attribute]) =>
    Array.from(page.querySelectorAll(selector), element => inline(element, attribute))
  );
  await Promise.all(waiting);
  page.head.prepend(policy(page), script(page));
  return `<!DOCTYPE html>${page.documentElement.outerHTML}`;
}

/** @returns a page that says why there is no other. */
export function messagePage(error: Error): string {
  const page = document.implementation.createHTMLDocument();
  page.body.textContent = error.message;
  page.head.prepend(policy(page));
  return `<!DOCTYPE html>${page.documentElement.outerHTML}`;
}

/** @returns where an address in a page leads below the dashboard, null where it leads out of it. */
export function pathBelow(root: string, page: string, address: string): string | null {
  try {
    const { href } = new URL(address, new URL(page, root));
    return href.startsWith(root) ? href.slice(root.length) : null;
  } catch {
    return null;
  }
}

function policy(page: Document): Element {
  const meta = page.createElement('meta');
  meta.httpEquiv = 'Content-Security-Policy';
  meta.content = POLICY;
  return meta;
}

function script(page: Document): Element {
  const element = page.createElement('script');
  element.textContent = pageScript();
  return element;
}

async function asDataUrl(answer: Response): Promise<string> {
  const content = await answer.blob();
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(reader.error ?? new Error('The file could not be read.'));
    reader.readAsDataURL(content);
  });
}
