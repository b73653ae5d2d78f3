import type { Menu } from '@lumino/widgets';

/** Open a menu below the button that was clicked; it is gone once it is closed. */
export function openBelow(menu: Menu, button: Element): void {
  // A command that was chosen still runs when the menu closes.
  menu.aboutToClose.connect(() => requestAnimationFrame(() => menu.dispose()));
  const { left, bottom } = button.getBoundingClientRect();
  menu.open(left, bottom);
}
