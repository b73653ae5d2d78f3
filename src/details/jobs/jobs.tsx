import { searchIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Cluster, Job, JobPhase } from '../../api/contract';
import { useClusterContext } from '../../cluster/context';
import { CommandIDs } from '../../commandIds';
import { canBeScaled } from '../../model/status';
import { Fetched } from '../fetched';
import { useFetched } from '../useFetched';
import { arrangeRows, countPhases, IJobFilter, ISorting, jobRow, PHASES, phaseWord } from './jobRows';
import { JobsTable } from './jobsTable';

/** Numbers of thousands of jobs are asked for less often. */
const MANY_JOBS = 500;

const NO_JOBS: readonly Job[] = [];

interface IJobsProps {
  readonly cluster: Cluster;
  readonly onLog: (jobId: string) => void;
}

/** The jobs of a cluster; asked for again when an event says that it has changed. */
export function Jobs({ cluster, onLog }: IJobsProps): React.ReactElement {
  const { manager, trans } = useClusterContext();
  const many = cluster.jobs.plan > MANY_JOBS;
  const fetched = useFetched(() => manager.client.jobs(cluster.id), cluster, many ? 5000 : 1000);
  const jobs = fetched.value ?? NO_JOBS;
  const [filter, setFilter] = React.useState<IJobFilter>({ phase: null, text: '' });
  const [sorting, setSorting] = React.useState<ISorting>({ column: 'job', descending: false });
  const [selected, select] = React.useState<ReadonlySet<string>>(new Set());
  const rows = React.useMemo(() => jobs.map(jobRow), [jobs]);
  const shown = React.useMemo(() => arrangeRows(rows, filter, sorting), [rows, filter, sorting]);
  const chosen = rows.filter(({ job }) => selected.has(job.job_id) && job.phase !== 'ended');
  return (
    <section className="jp-DaskSlurmJobsView" aria-label={trans.__('Jobs of %1', cluster.name)}>
      <div className="jp-DaskSlurmJobsView-bar">
        {fetched.value && <PhaseFilter jobs={jobs} filter={filter} onChange={setFilter} />}
        <TextFilter filter={filter} onChange={setFilter} />
        <CancelButton
          cluster={cluster}
          jobs={chosen.map(({ job }) => job.job_id)}
          onDone={() => select(new Set())}
        />
      </div>
      <Fetched from={fetched}>
        {() => (
          <JobsTable
            rows={shown}
            sorting={sorting}
            onSort={setSorting}
            selected={selected}
            onSelect={select}
            onLog={onLog}
            empty={
              jobs.length > 0 ? trans.__('No job is like that.') : trans.__('This cluster has no jobs now.')
            }
          />
        )}
      </Fetched>
    </section>
  );
}

interface IFilterProps {
  readonly filter: IJobFilter;
  readonly onChange: (filter: IJobFilter) => void;
}

function PhaseFilter(props: IFilterProps & { readonly jobs: readonly Job[] }): React.ReactElement {
  const { trans } = useClusterContext();
  const { jobs, filter, onChange } = props;
  const counts = React.useMemo(() => countPhases(jobs), [jobs]);
  const button = (phase: JobPhase | null, label: string) => (
    <button
      key={label}
      className="jp-DaskSlurmFilter"
      aria-pressed={filter.phase === phase}
      onClick={() => onChange({ ...filter, phase })}
    >
      {label}
    </button>
  );
  return (
    <div className="jp-DaskSlurmFilters" role="group" aria-label={trans.__('Phase')}>
      {button(null, trans.__('All %1', jobs.length))}
      {PHASES.filter(phase => counts[phase] > 0 || phase === filter.phase).map(phase =>
        button(phase, `${counts[phase]} ${phaseWord(phase, trans)}`)
      )}
    </div>
  );
}

function TextFilter({ filter, onChange }: IFilterProps): React.ReactElement {
  const { trans } = useClusterContext();
  return (
    <div className="jp-DaskSlurmPlots-search">
      <searchIcon.react tag="span" className="jp-DaskSlurmButton-icon" />
      <input
        type="search"
        placeholder={trans.__('Job, node, reason')}
        aria-label={trans.__('Search jobs')}
        value={filter.text}
        onChange={event => onChange({ ...filter, text: event.target.value })}
      />
    </div>
  );
}

interface ICancelProps {
  readonly cluster: Cluster;
  readonly jobs: string[];
  readonly onDone: () => void;
}

function CancelButton({ cluster, jobs, onDone }: ICancelProps): React.ReactElement {
  const { commands, trans } = useClusterContext();
  const [busy, setBusy] = React.useState(false);
  const cancel = async () => {
    setBusy(true);
    try {
      await commands.execute(CommandIDs.cancelJobs, { cluster: cluster.id, jobs });
    } finally {
      setBusy(false);
    }
    onDone();
  };
  return (
    <button
      className="jp-DaskSlurmFilter"
      disabled={busy || jobs.length === 0 || !canBeScaled(cluster)}
      aria-busy={busy}
      onClick={() => void cancel()}
    >
      {jobs.length > 0
        ? trans._n('Cancel %1 job…', 'Cancel %1 jobs…', jobs.length)
        : trans.__('Cancel jobs…')}
    </button>
  );
}
