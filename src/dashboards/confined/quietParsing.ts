/**
 * Pages are taken apart in a window whose own policy allows neither styles nor handlers in a page's text: it would
 * write an error into the console for each that it meets, though none counts before the page is in its frame. So
 * they have other names meanwhile.
 */
const ASIDE = 'data-aside-';
/** Its text is read as that of a style sheet is, also in a head. */
const SHEET = 'noframes';

/** @returns a page of which nothing counts yet; `asText` makes it whole. */
export function parseQuietly(content: string): Document {
  const quiet = content
    .replace(/<style(?=[\s>])/gi, `<${SHEET} ${ASIDE}sheet=""`)
    .replace(/<\/style(?=[\s>])/gi, `</${SHEET}`)
    .replace(/(\s)(style|on[a-z]+)(?=\s*=)/gi, `$1${ASIDE}$2`);
  return new DOMParser().parseFromString(quiet, 'text/html');
}

/** @returns a style sheet for such a page. */
export function sheetFor(page: Document, css: string): Element {
  const sheet = page.createElement(SHEET);
  sheet.setAttribute(`${ASIDE}sheet`, '');
  sheet.append(css);
  return sheet;
}

/** @returns a page as it is shown. */
export function asText(page: Document): string {
  const whole = page.documentElement.outerHTML
    .replace(new RegExp(`<${SHEET} ${ASIDE}sheet=""`, 'g'), '<style')
    .replace(new RegExp(`</${SHEET}`, 'g'), '</style')
    .replace(new RegExp(ASIDE, 'g'), '');
  return `<!DOCTYPE html>${whole}`;
}
