import { Clipboard } from '@jupyterlab/apputils';
import { copyIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Cluster, Snippet, SnippetKind } from '../api/contract';
import { useClusterContext } from '../cluster/context';
import { commandLine } from '../model/format';
import { Fetched } from './fetched';
import { useFetched } from './useFetched';

/** What there are buttons for; a notebook asks for the other one by itself. */
type Kind = Exclude<SnippetKind, 'attach'>;

/** The script that Slurm gets, and the cluster as code for elsewhere. */
export function Code({ cluster }: { cluster: Cluster }): React.ReactElement {
  const { trans } = useClusterContext();
  const [kind, setKind] = React.useState<Kind>('job_script');
  const kinds: Record<Kind, string> = {
    job_script: trans.__('Job script'),
    batch_script: trans.__('Batch script'),
    connect: trans.__('Connect'),
    from_name: trans.__('Cluster object'),
    portable: trans.__('Connect with distributed alone'),
    environment: trans.__('Shell'),
    notebook: trans.__('SLURMCluster'),
    slurmcluster: trans.__('SLURMCluster of dask-jobqueue'),
    yaml: trans.__('YAML')
  };
  return (
    <section className="jp-DaskSlurmLog">
      <div className="jp-DaskSlurmFilters" role="group" aria-label={trans.__('Kind of code')}>
        {(Object.keys(kinds) as Kind[]).map(one => (
          <button
            key={one}
            className="jp-DaskSlurmFilter"
            aria-pressed={one === kind}
            onClick={() => setKind(one)}
          >
            {kinds[one]}
          </button>
        ))}
      </div>
      <FetchedCode key={kind} cluster={cluster} kind={kind} />
    </section>
  );
}

function FetchedCode({ cluster, kind }: { cluster: Cluster; kind: Kind }): React.ReactElement {
  const { manager } = useClusterContext();
  const fetched = useFetched(() => manager.client.snippet(cluster.id, kind), cluster.updated_at);
  return <Fetched from={fetched}>{snippet => <SnippetText snippet={snippet} />}</Fetched>;
}

function SnippetText({ snippet: { code, command } }: { snippet: Snippet }): React.ReactElement {
  const { trans } = useClusterContext();
  return (
    <div className="jp-DaskSlurmCode">
      <button className="jp-DaskSlurmButton" onClick={() => Clipboard.copyToSystem(code)}>
        <copyIcon.react tag="span" className="jp-DaskSlurmButton-icon" />
        {trans.__('Copy')}
      </button>
      {command && (
        <p className="jp-DaskSlurmLog-path">
          {trans.__('Sent by')} <code>{commandLine(command)}</code>
        </p>
      )}
      <pre className="jp-DaskSlurmLog-text" tabIndex={0} aria-label={trans.__('Code')}>
        {code}
      </pre>
    </div>
  );
}
