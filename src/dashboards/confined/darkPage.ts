import type { IPageTheme } from './pageTheme';

/** The colours of a dark page, each as `#rrggbb`. */
export interface IColors {
  readonly background: string;
  readonly surface: string;
  readonly border: string;
  readonly text: string;
  readonly link: string;
  /** What is chosen. */
  readonly mark: string;
}

/** @returns a theme of these colours. */
export function themeOf(colors: IColors): IPageTheme {
  const { background, text } = colors;
  return { background, text, css: pageCss(colors) };
}

/** For Dask's own pages, the tables of its information pages, and for what Bokeh draws beside its canvases. */
function pageCss({ background, surface, border, text, link, mark }: IColors): string {
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
