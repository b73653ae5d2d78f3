import type { CommandRegistry } from '@lumino/commands';

import { CommandIDs } from '../commandIds';
import { aboutCluster, namedCluster } from '../commands/args';
import { attempt } from '../commands/attempt';
import type { IClusterCommands } from '../commands/clusterAction';
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
          const page = await manager.client.report(cluster.id);
          save(
            page,
            `dask-report-${cluster.id}-${new Date().toISOString().slice(0, 19).replace(/:/g, '')}.html`
          );
        }
      })
  });
}

/** Have the browser save a page; it is never opened, so its scripts do not run here. */
function save(page: string, name: string): void {
  const url = URL.createObjectURL(new Blob([page], { type: 'text/html' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Once the browser has begun to save, what it reads is its own.
  window.setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
