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

type Colors = Readonly<Record<keyof typeof VARIABLES, string>>;

/** @returns JupyterLab's colours for pages of a dashboard; null where its theme is light, as the pages are by themselves. */
export function labTheme(): IPageTheme | null {
  if (document.body.dataset.jpThemeLight !== 'false') {
    return null;
  }
  if (!Object.values(VARIABLES).every(isReadable)) {
    return null;
  }
  const { background, text, ...others } = Object.fromEntries(
    Object.entries(VARIABLES).map(([role, variable]) => [role, opaque(variable)])
  ) as Colors;
  return { background, text, css: pageCss({ background, text, ...others }) };
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

/** For Dask's own pages, the tables of its information pages, and for what Bokeh draws beside its canvases. */
function pageCss({ background, surface, border, text, link, mark }: Colors): string {
  return `
    html { background: ${background}; color: ${text}; color-scheme: dark; }
    a { color: ${link}; }
    .navbar ul, .dropdown-content { background-color: ${surface}; }
    .navbar li a { color: ${text}; }
    .navbar li.active, .navbar li:hover { background-color: ${mark}66; }
    #navbar-toggle-icon img { filter: invert(1); }
    .sortable { --stripe-color: ${surface}; --td-color: ${text}; --td-on-stripe-color: ${text};
      --th-bg: ${background}; --th-color: ${text}; }
    tr[style] td { color: #111; }
    details { border-color: ${border} !important; }
    .node { stroke: ${text}; }
    :host { --color: ${text}; --background-color: ${surface}; --hover-color: ${border}66; --inverted-color: ${background};
      --border-color: ${border}; --divider-color: ${border}; --surface-background-color: ${surface};
      --icon-color: ${text}; --inactive-bg: ${surface}; --inactive-fg: ${text}; --active-bg: ${mark}66;
      --active-fg: ${text}; color: ${text}; }
    .bk-data-table, .slick-header-column.ui-state-default, .slick-row, .slick-cell, .slick-viewport
      { background: ${background}; color: ${text}; border-color: ${border}; }
  `;
}
