import type { IDashboard } from '../../api/client';
import { pathBelow } from '../../api/pathBelow';
import { pageScript } from './pageScript';
import type { IPageTheme } from './pageTheme';
import { asText, parseQuietly, sheetFor } from './quietParsing';

/** The page may run its own scripts, and reach nothing at all. Its frame says so too. */
const POLICY =
  "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' data:; style-src 'unsafe-inline' data:; " +
  "img-src data: blob:; font-src data:; form-action 'none'; base-uri 'none'; worker-src 'none'";

/** A dashboard with nothing above it. */
const ALONE = 'http://dashboard.invalid/';

/** What a page loads by itself, where it stands in the page. */
const FILES = [
  ['script[src]', 'src'],
  ['link[rel="stylesheet"]', 'href'],
  ['img[src]', 'src']
] as const;

/** A page with all that it needs. */
export interface IConfinedPage {
  readonly html: string;
  readonly title: string;
  /** Where it is below the dashboard: Jupyter may have been led there from what was asked for. */
  readonly path: string;
}

/**
 * Make a page of the dashboard self-contained, so that it can be shown in a frame that has no part in
 * Jupyter's origin: without its cookies such a frame gets nothing from Jupyter.
 *
 * @param asked - the page below the dashboard.
 * @param theme - the colours that it begins with; null for its own.
 * @throws RequestError where the page itself cannot be had.
 */
export async function confinedPage(
  { root, file }: IDashboard,
  asked: string,
  theme: IPageTheme | null = null
): Promise<IConfinedPage> {
  const answer = await file(asked);
  const path = pathBelow(root, asked, answer.headers.get('Content-Location') ?? '') ?? asked;
  const content = await answer.text();
  if (!/^text\/html\b/.test(answer.headers.get('Content-Type') ?? '')) {
    return { ...messagePage({ text: content }, theme), path };
  }
  const page = parseQuietly(content);
  const inline = async (element: Element, attribute: string): Promise<void> => {
    const address = element.getAttribute(attribute) ?? '';
    // Some of Dask's pages believe that nothing is above their dashboard.
    const part = pathBelow(root, path, address) ?? pathBelow(ALONE, path, address);
    if (part === null) {
      // The page would ask for it in vain.
      element.remove();
      return;
    }
    const data = await file(part).then(asDataUrl, () => null);
    // What is missing on the server is missing in the page.
    element.setAttribute(attribute, data ?? 'data:,');
  };
  page.querySelectorAll('link[rel~="icon"]').forEach(icon => icon.remove());
  const waiting = FILES.flatMap(([selector, attribute]) =>
    Array.from(page.querySelectorAll(selector), element => inline(element, attribute))
  );
  await Promise.all(waiting);
  page.head.prepend(policy(page), script(page, theme));
  if (page.compatMode === 'BackCompat') {
    page.head.append(filling(page));
  }
  return { html: asText(page), title: page.title, path };
}

/** Why a page is not there, and what is clicked to ask for it again. */
export interface IFailure {
  readonly text: string;
  readonly again?: string;
}

/** @returns a page that shows text, and leads to itself where it may be another one next time. */
export function messagePage({ text, again }: IFailure, theme: IPageTheme | null = null): IConfinedPage {
  const page = document.implementation.createHTMLDocument();
  const shown = page.createElement('pre');
  shown.style.whiteSpace = 'pre-wrap';
  shown.textContent = text;
  page.body.append(shown);
  if (again !== undefined) {
    const link = page.createElement('a');
    link.setAttribute('href', '');
    link.textContent = again;
    page.body.append(link);
  }
  page.head.prepend(policy(page), script(page, theme));
  return { html: asText(page), title: '', path: '' };
}

function policy(page: Document): Element {
  const meta = page.createElement('meta');
  meta.httpEquiv = 'Content-Security-Policy';
  meta.content = POLICY;
  return meta;
}

function script(page: Document, theme: IPageTheme | null): Element {
  const element = page.createElement('script');
  element.textContent = pageScript(theme);
  return element;
}

/** A page that says no document type counts on it that its body fills the window, which it does not in a frame's text. */
function filling(page: Document): Element {
  return sheetFor(page, 'html, body { height: 100%; }');
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
