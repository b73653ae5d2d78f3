import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { Site } from '../api/contract';
import { useCommand } from '../cluster/buttons';
import { useClusterContext, useOfCommand } from '../cluster/context';
import { useSite } from '../cluster/useSite';
import { CommandIDs } from '../commandIds';
import { listExamples } from '../examples/exampleList';

/** What this is, what it has found, and what to do first. */
export function Welcome(): React.ReactElement {
  const { commands, trans } = useClusterContext();
  const site = useSite(true);
  // What can be started again is known a little later than the panel.
  const again = useOfCommand(CommandIDs.startLast, () =>
    commands.isEnabled(CommandIDs.startLast) ? commands.label(CommandIDs.startLast) : null
  );
  const hasExamples = useOfCommand(CommandIDs.openExample, () => commands.hasCommand(CommandIDs.openExample));
  return (
    <div className="jp-DaskSlurmEmpty">
      <p>
        {trans.__(
          'A cluster is a Dask scheduler with workers that run as Slurm jobs. Start one, then connect a notebook to it.'
        )}
      </p>
      <Findings site={site} />
      {again !== null && <StartAgain label={again} />}
      <button
        className="jp-DaskSlurmEmpty-start jp-mod-styled jp-mod-accept"
        onClick={() => void commands.execute(CommandIDs.createCluster)}
      >
        {trans.__('New cluster')}
      </button>
      {hasExamples && (
        <>
          <p>{trans.__('Or open an example:')}</p>
          <ul className="jp-DaskSlurmEmpty-examples">
            {listExamples(trans).map(({ name, title }) => (
              <li key={name}>
                <button
                  className="jp-DaskSlurmLink"
                  onClick={() => void commands.execute(CommandIDs.openExample, { example: name })}
                >
                  {title}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

/** Starts the last cluster again, and says so until it is there. */
function StartAgain({ label }: { label: string }): React.ReactElement {
  const { commands, trans } = useClusterContext();
  const [busy, run] = useCommand(CommandIDs.startLast, {});
  return (
    <button
      className="jp-DaskSlurmEmpty-start jp-mod-styled"
      title={commands.caption(CommandIDs.startLast)}
      disabled={busy}
      aria-busy={busy}
      onClick={run}
    >
      {busy ? trans.__('Starting…') : label}
    </button>
  );
}

/** What there is at this site; takes its room before the site has answered, so that nothing jumps. */
function Findings({ site }: { site: Site | null }): React.ReactElement {
  const { trans } = useClusterContext();
  if (!site) {
    return (
      <p className="jp-DaskSlurmEmpty-findings" role="status">
        {trans.__('Asking Slurm what there is…')}
      </p>
    );
  }
  const { slurm } = site;
  return (
    <div className="jp-DaskSlurmEmpty-findings" role="status">
      {slurm.available ? (
        <>
          <div>{trans.__('Slurm %1', slurm.version ?? '')}</div>
          <div>{partitionWords(site, trans)}</div>
        </>
      ) : (
        <p>
          {slurm.error ?? trans.__('There is no Slurm here.')}{' '}
          {trans.__('Clusters on this machine work all the same.')}
        </p>
      )}
      <div>{kernelWords(site, trans)}</div>
    </div>
  );
}

function kernelWords(site: Site, trans: TranslationBundle): string {
  const usable = site.kernels.filter(kernel => kernel.usable);
  const named = (lookedAt: boolean) =>
    usable
      .filter(kernel => kernel.looked_at === lookedAt)
      .map(kernel => kernel.display_name)
      .join(', ');
  if (named(true)) {
    return trans.__('Kernels with Dask: %1', named(true));
  }
  return usable.length > 0
    ? trans.__('Kernels that are looked at when you choose one: %1', named(false))
    : trans.__('No kernel has Dask: install distributed in the environment of one.');
}

/** So many partitions are named. */
const NAMED = 4;

function partitionWords({ partitions }: Site, trans: TranslationBundle): string {
  const names = partitions.filter(partition => partition.allowed).map(partition => partition.name);
  const more = names.length - NAMED;
  const named = names.slice(0, NAMED).join(', ');
  return more > 0 ? trans.__('Partitions: %1 and %2 more', named, more) : trans.__('Partitions: %1', named);
}
