import type { JupyterFrontEnd } from '@jupyterlab/application';

import { CommandIDs } from '../commandIds';
import { aboutCluster, namedCluster } from '../commands/args';
import { attempt } from '../commands/attempt';
import { insertIcon } from '../icons';
import { hasEnded } from '../model/status';
import type { ISnippetCommands } from './insertSnippet';

/** Register what brings client code to where the user works. */
export function addSnippetCommands(app: JupyterFrontEnd, parts: ISnippetCommands): void {
  const { manager, selection, trans, notebooks, consoles } = parts;
  const takesCode = () =>
    Boolean(notebooks?.currentWidget ?? consoles?.find(panel => panel === app.shell.currentWidget));
  const { commands } = app;
  commands.addCommand(CommandIDs.insertClient, {
    label: ({ isCard }) => {
      if (takesCode()) {
        return isCard ? trans.__('Connect') : trans.__('Insert Connecting Cell');
      }
      return isCard ? trans.__('New notebook') : trans.__('New Connected Notebook');
    },
    caption: () =>
      takesCode()
        ? trans.__('Insert a cell that connects to this cluster')
        : trans.__('Open a new notebook that connects to this cluster'),
    icon: insertIcon,
    describedBy: aboutCluster({
      isCard: { type: 'boolean', description: 'Whether the label is short' }
    }),
    isEnabled: args => {
      const cluster = namedCluster(args, manager, selection);
      return cluster !== undefined && !hasEnded(cluster);
    },
    execute: async args => {
      const cluster = namedCluster(args, manager, selection);
      if (cluster) {
        await attempt(async () => {
          const { insertConnecting } = await import('./insertSnippet');
          await insertConnecting(app, parts, cluster);
        });
      }
    }
  });
  const tell = () => commands.notifyCommandChanged(CommandIDs.insertClient);
  notebooks?.currentChanged.connect(tell);
  app.shell.currentChanged?.connect(tell);
}
