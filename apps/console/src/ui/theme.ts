import { prefix, tryToStore } from '../storage/key-value';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const key = `${prefix}theme`;

export const storedTheme = (): Theme =>
  themes.find((theme) => theme === localStorage.getItem(key)) ?? 'system';

/** Takes effect at once; the styles follow the attribute. */
export function applyTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
}

export function chooseTheme(theme: Theme): void {
  applyTheme(theme);
  tryToStore(localStorage, key, theme);
}
