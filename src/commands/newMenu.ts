import { caretDownIcon, MenuSvg, ToolbarButton } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';

import { CommandIDs } from '../commandIds';
import { openBelow } from './openBelow';

/** The ways to a new cluster beside the form, below the panel's ＋; there as soon as there are any. */
export function newMenu(commands: CommandRegistry, trans: TranslationBundle): ToolbarButton {
  const button = new ToolbarButton({
    icon: caretDownIcon,
    tooltip: trans.__('More ways to start a cluster'),
    'aria-haspopup': 'menu',
    onClick: () => open(commands, button)
  });
  button.addClass('jp-DaskSlurmPanel-newMenu');
  const show = () => button.setHidden(!commands.isVisible(CommandIDs.startLast));
  const hear = (_: CommandRegistry, { id }: CommandRegistry.ICommandChangedArgs) => {
    if (id === undefined || id === CommandIDs.startLast) {
      show();
    }
  };
  commands.commandChanged.connect(hear);
  button.disposed.connect(() => commands.commandChanged.disconnect(hear));
  show();
  return button;
}

function open(commands: CommandRegistry, button: ToolbarButton): void {
  const menu = new MenuSvg({ commands });
  menu.addItem({ command: CommandIDs.startLast });
  menu.addItem({ command: CommandIDs.createCluster });
  openBelow(menu, button.node);
}
