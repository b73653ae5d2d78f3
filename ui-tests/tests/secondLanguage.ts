import type { IJupyterLabPageFixture } from '@jupyterlab/galata';

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

/**
 * @returns the texts of a part of the page in which two words follow one another without an accent: English.
 * Lines of scripts and what others have said, as they stand in `pre`, are left out.
 */
export async function english(page: IJupyterLabPageFixture, selector: string): Promise<string[]> {
  return page.locator(selector).evaluateAll(parts => {
    const texts = parts.flatMap(part => {
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
    });
    // Slurm's own words, lines of the user's own as examples, and what JupyterLab says of its panels.
    const others = /Invalid license specification|module load gcc|side panel content|Section$/;
    const words = /(^|[ (])[a-z]*[aeiou][a-z]*[,;:]? [a-z]*[aeiou][a-z]*\b/i;
    return [...new Set(texts)].filter(text => words.test(text) && !others.test(text));
  });
}
