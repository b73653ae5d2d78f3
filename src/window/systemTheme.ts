import { IColors, themeOf } from '../dashboards/confined/darkPage';
import type { IPageTheme } from '../dashboards/confined/pageTheme';

const DARK: IColors = {
  background: '#111111',
  surface: '#212121',
  border: '#616161',
  text: '#e0e0e0',
  link: '#64b5f6',
  mark: '#2196f3'
};
const HIGH_CONTRAST: IColors = { ...DARK, background: '#000000', border: '#ffffff', text: '#ffffff' };

const isDark = window.matchMedia('(prefers-color-scheme: dark)');
const wantsContrast = window.matchMedia('(prefers-contrast: more)');

/** @returns the colours that the user's system asks for; null where it is light, as the pages are by themselves. */
export function systemTheme(): IPageTheme | null {
  return isDark.matches ? themeOf(wantsContrast.matches ? HIGH_CONTRAST : DARK) : null;
}

/** Call `changed` whenever the system asks for others. */
export function watchSystemTheme(changed: () => void): void {
  isDark.addEventListener('change', changed);
  wantsContrast.addEventListener('change', changed);
}
