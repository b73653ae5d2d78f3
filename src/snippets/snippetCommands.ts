import type { JupyterFrontEnd } from '@jupyterlab/application';

import { CommandIDs } from '../commandIds';
import { aboutCluster, namedCluster } from '../commands/args';
import { attempt } from '../commands/attempt';
import { insertIcon } from '../icons';
import { hasEnded } from '../model/status';
import type { ISnippetCommands } from './insertSnippet';

/** Register what brings client code to where the user works. */
export function addSnippetCommands(app: JupyterFrontEnd, parts: ISnippetCommands): void {
  const { manager, selection, trans } = parts;
  app.commands.addCommand(CommandIDs.insertClient, {
    label: trans.__('Insert Connecting Cell'),
    caption: trans.__('Insert a cell that connects to the selected Dask cluster'),
    icon: insertIcon,
    describedBy: aboutCluster(),
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
}
