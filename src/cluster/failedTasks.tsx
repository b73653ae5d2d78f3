import * as React from 'react';

import type { Cluster } from '../api/contract';
import { CommandIDs } from '../commandIds';
import { failurePlace, failureWords } from '../model/words';
import { CommandLink } from './buttons';
import { useClusterContext } from './context';

/** How many tasks have failed; a click shows what of: exception, function, worker and node. */
export function FailedTasks({ cluster }: { cluster: Cluster }): React.ReactElement | null {
  const { trans } = useClusterContext();
  const [shown, show] = React.useState(false);
  const { failures } = cluster;
  const count = cluster.tasks?.erred ?? 0;
  if (count === 0) {
    return null;
  }
  const words = trans.__('%1 failed', count);
  if (failures.length === 0) {
    return <span className="jp-DaskSlurmFailures-count">{words}</span>;
  }
  return (
    <>
      <button
        className="jp-DaskSlurmLink jp-DaskSlurmFailures-count"
        aria-expanded={shown}
        title={failures.map(failure => failureWords(failure, trans)).join('\n')}
        onClick={() => show(!shown)}
      >
        {words}
      </button>
      {shown && <Failures cluster={cluster} />}
    </>
  );
}

function Failures({ cluster }: { cluster: Cluster }): React.ReactElement {
  const { trans } = useClusterContext();
  return (
    <ul className="jp-DaskSlurmFailures" aria-label={trans.__('Failed tasks of %1', cluster.name)}>
      {cluster.failures.map(failure => (
        <li key={`${failure.function} ${failure.exception}`}>
          <div>{failureWords(failure, trans)}</div>
          <div className="jp-DaskSlurmProblem-advice">
            {failurePlace(failure, trans)}{' '}
            {failure.job_id !== null && (
              <CommandLink
                command={CommandIDs.openDetails}
                args={{ cluster: cluster.id, section: 'logs', job: failure.job_id }}
                label={trans.__('Show the log of %1', failure.job_id)}
              />
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}
