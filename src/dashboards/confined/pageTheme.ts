/**
 * What gives a confined page the colours of who shows it. Dask draws for a white page; here greys are put between
 * another background and another text, and colours, which mean something, stay as they are.
 *
 * The functions of this file are handed over as text, as those of the page's script: each stands alone.
 */

/** The colours of a page. */
export interface IPageTheme {
  /** Takes the place of white, as `#rrggbb`. */
  readonly background: string;
  /** Takes the place of black. */
  readonly text: string;
  /** A style sheet for the page, and for each shadow tree in it. */
  readonly css: string;
}

/** @returns a colour of a white page as it is on another one. */
export type Turn = (color: unknown, theme: IPageTheme) => unknown;

/**
 * Greys are put between the page's text and its background; what is too dark to be seen there is drawn nearer to the
 * text; all else, also what is not understood, stays.
 */
export function turnColor(color: unknown, { background, text }: IPageTheme): unknown {
  if (typeof color !== 'string') {
    return color;
  }
  const greys = { black: 0, dimgray: 105, gray: 128, darkgray: 169, silver: 192, lightgray: 211, white: 255 };
  const parts = (hex: string): number[] => {
    const whole = hex.length < 6 ? hex.replace(/./g, '$&$&') : hex;
    return (whole.match(/../g) ?? []).map(part => parseInt(part, 16));
  };
  const name = color.toLowerCase().replace('grey', 'gray');
  const named = (greys as Record<string, number | undefined>)[name];
  const hex = name === 'blue' ? '0000ff' : /^#((?:[0-9a-f]{3,4}){1,2})$/.exec(name)?.[1];
  const [red, green, blue, ...alpha] = hex ? parts(hex) : [named, named, named];
  if (red === undefined || green === undefined || blue === undefined) {
    return color;
  }
  const mixed = (from: readonly number[], to: readonly number[], share: number): string => {
    const mix = from.map((part, index) => Math.round(part + (to[index] - part) * share));
    return `#${[...mix, ...alpha].map(part => (part ?? 255).toString(16).padStart(2, '0')).join('')}`;
  };
  const light = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  if (Math.max(red, green, blue) - Math.min(red, green, blue) > 24) {
    return light < 60 ? mixed([red, green, blue], parts(text.slice(1)), 0.35) : color;
  }
  // Squared: what stood out a little from white is still seen before a dark page.
  return mixed(parts(text.slice(1)), parts(background.slice(1)), (light / 255) ** 2);
}

/** Of BokehJS: a property of a model. */
interface IBokehProperty {
  readonly attr: string;
  readonly is_unset: boolean;
  get_value(): unknown;
}

/** Of BokehJS: what a document is made of. */
export interface IBokehModel {
  readonly properties: Readonly<Record<string, IBokehProperty>>;
  setv(values: Readonly<Record<string, unknown>>, options: { readonly sync: boolean }): void;
}

/** How a property is painted. */
interface IPainted {
  readonly own: unknown;
  readonly shown: unknown;
  readonly theme: IPageTheme | null;
}

/**
 * @returns what paints models of Bokeh in a theme, or in their own colours again. The scheduler is not told: what it
 * says of a colour later counts, and is painted in turn.
 */
export function modelPainter(turn: Turn): (model: IBokehModel, theme: IPageTheme | null) => void {
  const painted = new WeakMap<IBokehModel, Map<string, IPainted>>();
  const inTheme = (own: unknown, theme: IPageTheme): unknown => {
    const spec = own as { value?: unknown; field?: unknown; transform?: unknown } | null;
    if (Array.isArray(own)) {
      return own.map(color => turn(color, theme));
    }
    if (typeof own !== 'object' || spec === null) {
      return turn(own, theme);
    }
    if (typeof spec.value === 'string') {
      const value = turn(spec.value, theme);
      return value === spec.value ? own : { ...own, value };
    }
    // Of many things at once; what has a transformation already, makes colours of its palette.
    const transform = {
      theme: theme.text + theme.background,
      // It never changes by itself.
      change: { connect: () => true, disconnect: () => true },
      v_compute: (colors: Iterable<unknown>) => Array.from(colors, color => turn(color, theme))
    };
    return typeof spec.field === 'string' && !spec.transform ? { ...own, transform } : own;
  };
  return (model, theme) => {
    const before = painted.get(model) ?? new Map<string, IPainted>();
    painted.set(model, before);
    const changes: Record<string, unknown> = {};
    for (const property of Object.values(model.properties)) {
      if (!/(color|palette)$/.test(property.attr) || property.is_unset) {
        continue;
      }
      const now = property.get_value();
      const last = before.get(property.attr);
      if (last && last.shown === now && last.theme === theme) {
        continue;
      }
      const own = last && last.shown === now ? last.own : now;
      // Text within a plot may stand on any colour.
      const behindText =
        property.attr === 'background_fill_color' && 'text' in model.properties && 'x' in model.properties;
      const shown = !theme ? own : behindText ? `${theme.background}99` : inTheme(own, theme);
      before.set(property.attr, { own, shown, theme });
      if (shown !== now) {
        changes[property.attr] = shown;
      }
    }
    model.setv(changes, { sync: false });
  };
}

/** Of BokehJS: a document. */
interface IBokehDocument {
  /** Bokeh's own name for it in all that Dask takes, 3.1 to 3.9; a public one is there in the newer only. */
  readonly _all_models: ReadonlyMap<string, IBokehModel>;
  on_change(changed: () => void): void;
}

/** How often at most a page is looked at for what is new in it, in milliseconds. */
const LOOK_EACH = 200;

/** @returns what gives the page other colours, or its own again. */
export function wearTheme(
  paint: (model: IBokehModel, theme: IPageTheme | null) => void,
  first: IPageTheme | null,
  lookEach: number
): (theme: IPageTheme | null) => void {
  let worn = first;
  let looking = false;
  // Without, a page is light, as in browsers before 2023.
  const sheet = 'adoptedStyleSheets' in Document.prototype ? new CSSStyleSheet() : null;
  const documents: IBokehDocument[] = [];
  const paintAll = (): void => {
    looking = false;
    documents.forEach(({ _all_models: models }) =>
      Array.from(models.values()).forEach(model => paint(model, worn))
    );
  };
  const wear = (theme: IPageTheme | null): void => {
    worn = sheet ? theme : null;
    sheet?.replaceSync(worn?.css ?? '');
    paintAll();
  };
  const look = (): void => {
    if (worn && !looking) {
      looking = true;
      window.setTimeout(paintAll, lookEach);
    }
  };
  wear(first);
  if (!sheet) {
    return wear;
  }
  document.adoptedStyleSheets = [sheet];
  const attachShadow = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function attach(options) {
    const root = attachShadow.call(this, options);
    root.adoptedStyleSheets = [sheet];
    return root;
  };
  // Before Bokeh, which waits for the same, makes its documents.
  document.addEventListener('DOMContentLoaded', () => {
    const bokeh = Reflect.get(window, 'Bokeh') as { readonly documents: IBokehDocument[] } | undefined;
    if (bokeh) {
      bokeh.documents.push = (...made) => {
        // They say so before they are whole.
        queueMicrotask(() => {
          made.forEach(one => one.on_change(look));
          documents.push(...made);
          paintAll();
        });
        return Array.prototype.push.apply(bokeh.documents, made);
      };
    }
  });
  return wear;
}

/** @returns the script that gives a page its colours; its value is what gives it others. */
export function themeScript(theme: IPageTheme | null): string {
  const painter = `(${modelPainter.toString()})(${turnColor.toString()})`;
  // A page's script would end where a text in it says so.
  const first = JSON.stringify(theme).replace(/</g, '\\u003c');
  return `(${wearTheme.toString()})(${painter}, ${first}, ${LOOK_EACH})`;
}
