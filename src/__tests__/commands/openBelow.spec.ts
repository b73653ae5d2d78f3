import { CommandRegistry } from '@lumino/commands';
import { MessageLoop } from '@lumino/messaging';
import { Menu } from '@lumino/widgets';

import { openBelow } from '../../commands/openBelow';

describe('a menu below a button', () => {
  let button: HTMLButtonElement;
  let field: HTMLInputElement;
  let menu: Menu;

  beforeEach(() => {
    button = document.body.appendChild(document.createElement('button'));
    field = document.body.appendChild(document.createElement('input'));
    const commands = new CommandRegistry();
    commands.addCommand('write', { label: 'Write', execute: () => field.focus(), describedBy: { args: {} } });
    menu = new Menu({ commands });
    menu.addItem({ command: 'write' });
    button.focus();
    openBelow(menu, button);
    MessageLoop.flush();
  });

  afterEach(() => document.body.replaceChildren());

  it('has the focus, and gives it back to the button when it is closed', async () => {
    expect(document.activeElement).toBe(menu.node);
    menu.close();
    expect(document.activeElement).toBe(button);
    await new Promise(requestAnimationFrame);
    expect(menu.isDisposed).toBe(true);
  });

  it('leaves the focus to the command that was chosen', () => {
    menu.activeIndex = 0;
    menu.triggerActiveItem();
    expect(document.activeElement).toBe(field);
  });

  it('leaves it where somebody has clicked meanwhile', () => {
    field.focus();
    menu.close();
    expect(document.activeElement).toBe(field);
  });
});
