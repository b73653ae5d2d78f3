import type { TranslationBundle } from '@jupyterlab/translation';

/** Marks what goes through it, as a language pack would. */
export const german = {
  __: (text: string, ...values: string[]) =>
    `auf Deutsch: ${text.replace(/%(\d)/g, (_, place: string) => values[Number(place) - 1])}`
} as TranslationBundle;
