import type { CommandRegistry } from '@lumino/commands';

import { CommandIDs } from '../commandIds';
import { aboutCluster, namedCluster } from '../commands/args';
import { attempt } from '../commands/attempt';
import type { IClusterCommands } from '../commands/clusterParts';
import { reportIcon } from '../icons';

/** Register what saves Dask's performance report of a cluster as a file. */
export function addReportCommand(commands: CommandRegistry, parts: IClusterCommands): void {
  const { manager, selection, trans } = parts;
  commands.addCommand(CommandIDs.saveReport, {
    label: trans.__('Save Performance Report'),
    caption: trans.__('Save what the selected cluster has done since its start as an HTML file'),
    icon: reportIcon,
    describedBy: aboutCluster(),
    isEnabled: args => namedCluster(args, manager, selection)?.status === 'running',
    execute: args =>
      attempt(async () => {
        const cluster = namedCluster(args, manager, selection);
        if (cluster) {
          const { saveReport } = await import('./saveReport');
          await saveReport(manager.client, cluster.id);
        }
      })
  });
}
