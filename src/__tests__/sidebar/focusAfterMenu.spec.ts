import { CommandRegistry } from '@lumino/commands';
import { MessageLoop } from '@lumino/messaging';
import { Menu } from '@lumino/widgets';

import { focusAfterMenu } from '../../sidebar/focusAfterMenu';

describe('the menu that JupyterLab opens for a button', () => {
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
    menu.open(0, 0);
    focusAfterMenu(button);
    MessageLoop.flush();
  });

  afterEach(() => document.body.replaceChildren());

  it('gives the focus back when it is closed', async () => {
    expect(document.activeElement).toBe(menu.node);
    menu.close();
    await Promise.resolve();
    expect(document.activeElement).toBe(button);
  });

  it('leaves it to the command that was chosen', async () => {
    menu.activeIndex = 0;
    menu.triggerActiveItem();
    await Promise.resolve();
    expect(document.activeElement).toBe(field);
  });
});
