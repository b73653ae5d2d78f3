import * as React from 'react';

import { useCommand } from '../cluster/buttons';
import { useClusterContext, useOfCommand } from '../cluster/context';
import { CommandIDs } from '../commandIds';

/** Starts what the notebook at hand needs, where it says so and is on no cluster. */
export function ForNotebook(): React.ReactElement | null {
  const { commands } = useClusterContext();
  const [busy, run] = useCommand(CommandIDs.startRecipe, {});
  const label = useOfCommand(CommandIDs.startRecipe, () =>
    commands.isVisible(CommandIDs.startRecipe) ? commands.label(CommandIDs.startRecipe) : null
  );
  if (label === null) {
    return null;
  }
  return (
    <button
      className="jp-DaskSlurmClusters-forNotebook jp-mod-styled"
      title={commands.caption(CommandIDs.startRecipe)}
      disabled={busy}
      onClick={run}
    >
      {label}
    </button>
  );
}
