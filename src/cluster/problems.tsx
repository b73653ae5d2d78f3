import * as React from 'react';

import type { Cluster, Problem } from '../api/contract';
import { withLocalTimes } from '../model/format';
import { CommandLink } from './buttons';
import { useClusterContext } from './context';
import { findRemedies, IRemedy } from './remedies';
import { statusIcons } from './statusIcon';

/** What is wrong with a cluster, each in one sentence with what to do about it. */
export function Problems({ cluster }: { cluster: Cluster }): React.ReactElement | null {
  const { trans } = useClusterContext();
  const failure = asProblem(cluster);
  const problems = [
    ...(failure ? [failure] : []),
    ...cluster.problems.filter(problem => matters(problem, cluster))
  ];
  if (problems.length === 0) {
    return null;
  }
  return (
    <ul className="jp-DaskSlurmProblems" aria-label={trans.__('Problems of %1', cluster.name)}>
      {problems.map((problem, index) => (
        <ProblemItem
          key={keyOf(problem, problems.slice(0, index))}
          problem={problem}
          remedies={findRemedies(problem, cluster, trans)}
        />
      ))}
    </ul>
  );
}

/** The jobs of a problem come and go while it stays the same one: its place among those of its code is its key. */
function keyOf({ code }: Problem, before: readonly Problem[]): string {
  return `${code}/${before.filter(other => other.code === code).length}`;
}

interface IProblemProps {
  readonly problem: Problem;
  readonly remedies: readonly IRemedy[];
}

function ProblemItem({ problem, remedies }: IProblemProps): React.ReactElement {
  const { trans } = useClusterContext();
  return (
    <li className={`jp-DaskSlurmProblem jp-mod-${problem.severity}`}>
      <statusIcons.problem.react tag="span" className="jp-DaskSlurmProblem-icon" />
      <div className="jp-DaskSlurmProblem-body">
        <div role="alert">{withLocalTimes(problem.message)}</div>
        {problem.advice && <div className="jp-DaskSlurmProblem-advice">{withLocalTimes(problem.advice)}</div>}
        {problem.details && (
          <details>
            <summary>{trans.__('Details')}</summary>
            <pre className="jp-DaskSlurmProblem-details">{problem.details}</pre>
          </details>
        )}
        {remedies.length > 0 && (
          <div className="jp-DaskSlurmProblem-remedies">
            {remedies.map(remedy => (
              <CommandLink key={remedy.label} {...remedy} />
            ))}
          </div>
        )}
      </div>
    </li>
  );
}

/** Where a cluster has ended by itself, what it warned of is over. */
function matters(problem: Problem, cluster: Cluster): boolean {
  return cluster.status !== 'stopped' || problem.severity === 'error';
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
      job_ids: [],
      jobs: 0,
      remedies: [],
      no_workers: true,
      since: updated_at
    }
  );
}
