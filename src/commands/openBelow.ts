import type { Menu } from '@lumino/widgets';

/** Open a menu below the button that was clicked; once it is closed it is gone, and the focus is where it was. */
export function openBelow(menu: Menu, button: Element): void {
  const before = document.activeElement;
  menu.aboutToClose.connect(() => {
    // Before the chosen command runs, which may take it elsewhere.
    if (before instanceof HTMLElement && menu.node.contains(document.activeElement)) {
      before.focus();
    }
    // A command that was chosen still runs when the menu closes.
    requestAnimationFrame(() => menu.dispose());
  });
  const { left, bottom } = button.getBoundingClientRect();
  menu.open(left, bottom);
}
