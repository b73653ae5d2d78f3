import { expect, type IJupyterLabPageFixture } from '@jupyterlab/galata';

/** Opens JupyterLab in a language; those that there are, `ui-tests/jupyter_server_test_config.py` installs. */
export async function speak(page: IJupyterLabPageFixture, locale: string): Promise<void> {
  await page.evaluate(
    async locale =>
      window.jupyterapp.serviceManager.settings.save(
        '@jupyterlab/translation-extension:plugin',
        JSON.stringify({ locale })
      ),
    locale
  );
  await page.evaluate(() => window.location.reload());
}

// What nobody translates: names of this story, its Slurm and its kernel, values of options and examples of such.
const NAMES = new Set('tide normal short gpu Python ipykernel here job long cores ocean workshop'.split(' '));
// Slurm's own words, lines of the user's own as examples, and what JupyterLab says of its panels.
const OF_OTHERS = /Invalid license specification|module load gcc|side panel content|Section$/;
// Paths, addresses, options, variables, and what has a digit or an underscore in it.
const CODE = /\S*[/$_\d]\S*|--?[a-z][a-z-]*(=\S*)?/g;

/**
 * @returns the texts of parts of the page that have a word of three letters or more without an accent where it has
 * vowels: English. Lines of scripts and what others have said, as they stand in `pre`, are left out.
 */
export async function english(page: IJupyterLabPageFixture, ...selectors: string[]): Promise<string[]> {
  const texts: string[] = [];
  for (const selector of selectors) {
    await expect(page.locator(selector)).not.toHaveCount(0);
    texts.push(...(await textsOf(page, selector)));
  }
  const isEnglish = (text: string) =>
    (text.replace(CODE, ' ').match(/\p{L}{3,}/gu) ?? []).some(
      word => /^[a-z]*[aeiou][a-z]*$/i.test(word) && !NAMES.has(word)
    );
  return [...new Set(texts)].filter(text => !OF_OTHERS.test(text) && isEnglish(text));
}

/** @returns all that is shown or said of parts of the page, labels and hints too. */
async function textsOf(page: IJupyterLabPageFixture, selector: string): Promise<string[]> {
  return page.locator(selector).evaluateAll(parts =>
    parts.flatMap(part => {
      const found: string[] = [];
      const walker = document.createTreeWalker(part, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        if (node.parentElement?.closest('pre, code, .jp-DaskSlurmScript-text')) {
          continue;
        }
        if (node instanceof Text) {
          found.push(node.data);
        } else if (node instanceof HTMLElement) {
          found.push(...['aria-label', 'title', 'placeholder'].map(name => node.getAttribute(name) ?? ''));
        }
      }
      return found;
    })
  );
}
