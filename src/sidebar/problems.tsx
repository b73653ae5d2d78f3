import * as React from 'react';

import type { Cluster, Problem } from '../api/validate';
import { CommandIDs } from '../commands/ids';
import { statusIcons } from '../icons';
import { usePanel } from './context';

/** Problems that other options mend. */
const MENDED_BY_CHANGES = ['submit_refused', 'never_starts', 'no_connection', 'worker_killed'];

/** What is wrong with a cluster, each in one sentence with what to do about it. */
export function Problems({ cluster }: { cluster: Cluster }): React.ReactElement | null {
  const { trans } = usePanel();
  const failure = asProblem(cluster);
  const problems = failure ? [failure, ...cluster.problems] : cluster.problems;
  if (problems.length === 0) {
    return null;
  }
  return (
    <ul className="jp-DaskSlurmProblems" aria-label={trans.__('Problems of %1', cluster.name)}>
      {problems.map(problem => (
        <ProblemItem
          key={`${problem.code}/${problem.job_id ?? ''}`}
          problem={problem}
          remedy={MENDED_BY_CHANGES.includes(problem.code) ? cluster.id : null}
        />
      ))}
    </ul>
  );
}

interface IProblemProps {
  readonly problem: Problem;
  /** The id of the cluster to start again with changes, where that mends it. */
  readonly remedy: string | null;
}

function ProblemItem({ problem, remedy }: IProblemProps): React.ReactElement {
  const { commands, trans } = usePanel();
  return (
    <li className={`jp-DaskSlurmProblem jp-mod-${problem.severity}`}>
      <statusIcons.problem.react tag="span" className="jp-DaskSlurmProblem-icon" />
      <div className="jp-DaskSlurmProblem-body">
        <div role="alert">{problem.message}</div>
        {problem.advice && <div className="jp-DaskSlurmProblem-advice">{problem.advice}</div>}
        {problem.details && (
          <details>
            <summary>{trans.__('Details')}</summary>
            <pre className="jp-DaskSlurmProblem-details">{problem.details}</pre>
          </details>
        )}
        {remedy !== null && (
          <button
            className="jp-DaskSlurmLink"
            onClick={() => void commands.execute(CommandIDs.createCluster, { like: remedy })}
          >
            {trans.__('Start again with changes…')}
          </button>
        )}
      </div>
    </li>
  );
}

/** A failed cluster's error, in the form of a problem. */
function asProblem(cluster: Cluster): Problem | null {
  const { error, updated_at } = cluster;
  return (
    error && {
      code: error.reason,
      severity: 'error',
      message: error.message,
      advice: '',
      details: error.details,
      job_id: null,
      since: updated_at
    }
  );
}
