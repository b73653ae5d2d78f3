import { IColors, themeOf } from './confined/darkPage';
import type { IPageTheme } from './confined/pageTheme';

/** What JupyterLab's themes call the colours that are taken from them. */
const VARIABLES = {
  background: '--jp-layout-color1',
  surface: '--jp-layout-color2',
  border: '--jp-border-color1',
  text: '--jp-ui-font-color1',
  link: '--jp-content-link-color',
  mark: '--jp-brand-color1'
} as const;

/** @returns JupyterLab's colours for pages of a dashboard; null where its theme is light, as the pages are by themselves. */
export function labTheme(): IPageTheme | null {
  if (document.body.dataset.jpThemeLight !== 'false') {
    return null;
  }
  if (!Object.values(VARIABLES).every(isReadable)) {
    return null;
  }
  const colors = Object.fromEntries(
    Object.entries(VARIABLES).map(([role, variable]) => [role, opaque(variable)])
  ) as unknown as IColors;
  return themeOf(colors);
}

/** Call `changed` whenever JupyterLab wears another theme. @returns what ends that. */
export function watchLabTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  // JupyterLab says so here, when the theme's colours are there.
  observer.observe(document.body, { attributeFilter: ['data-jp-theme-name', 'data-jp-theme-light'] });
  return () => observer.disconnect();
}

/** @returns the colour of a variable as `#rrggbb`: what is seen through is laid over the page's background. */
function opaque(variable: string): string {
  const [red, green, blue, alpha] = rgba(variable);
  const below = rgba(VARIABLES.background);
  const parts = [red, green, blue].map((part, index) => part * alpha + below[index] * (1 - alpha));
  return `#${parts.map(part => Math.round(part).toString(16).padStart(2, '0')).join('')}`;
}

/** The browser reads what a theme says in whatever words, and most in its own. */
function computed(variable: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${variable})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** Colours of other spaces have other numbers; pages stay as they are then. */
function isReadable(variable: string): boolean {
  return computed(variable).startsWith('rgb');
}

function rgba(variable: string): readonly number[] {
  const numbers = computed(variable).match(/[\d.]+/g) ?? [];
  const [red = 0, green = 0, blue = 0, alpha = 1] = numbers.map(Number);
  return [red, green, blue, alpha];
}
