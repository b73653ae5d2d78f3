/** Give the focus back to a button when the menu that JupyterLab has just opened for it is gone, and nothing has it. */
export function focusAfterMenu(button: HTMLElement): void {
  const menu = document.querySelector('body > .lm-Menu');
  const observer = new MutationObserver(() => {
    if (!menu?.isConnected) {
      observer.disconnect();
      if (document.activeElement === document.body) {
        button.focus();
      }
    }
  });
  if (menu) {
    observer.observe(document.body, { childList: true });
  }
}
