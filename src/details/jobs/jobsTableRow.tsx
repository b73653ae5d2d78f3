import * as React from 'react';

import type { Job } from '../../api/contract';
import { useClusterContext } from '../../cluster/context';
import { formatBytes, formatTime } from '../../model/format';
import { IJobRow, phaseWord } from './jobRows';

interface IRowProps {
  readonly row: IJobRow;
  /** Counted from 1, the header included. */
  readonly index: number;
  /** Distance to the top of the rows, in pixels. */
  readonly top: number;
  readonly selected: boolean;
  readonly onToggle: (jobId: string) => void;
  readonly onLog: (jobId: string) => void;
}

/** One job in the table. */
export const JobsTableRow = React.memo(function JobsTableRow(props: IRowProps) {
  const { trans } = useClusterContext();
  const { job, connected, cpu, memoryUsed } = props.row;
  const reason = whyItIsSo(job);
  const running = connected > 0;
  return (
    <div
      role="row"
      className={`jp-DaskSlurmTable-row${props.selected ? ' jp-mod-selected' : ''}`}
      aria-rowindex={props.index}
      style={{ transform: `translateY(${props.top}px)` }}
    >
      <span role="cell">
        <input
          type="checkbox"
          aria-label={trans.__('Select job %1', job.job_id)}
          checked={props.selected}
          disabled={job.phase === 'ended'}
          onChange={() => props.onToggle(job.job_id)}
        />
      </span>
      <span role="cell">
        <button
          className="jp-DaskSlurmLink"
          title={trans.__('Show the log of job %1', job.job_id)}
          onClick={() => props.onLog(job.job_id)}
        >
          {job.job_id}
        </button>
      </span>
      <span role="cell" title={job.state} className="jp-DaskSlurmTable-phase">
        <span className={`jp-DaskSlurmTable-mark jp-mod-${job.phase}`} aria-hidden="true" />
        {phaseWord(job.phase, trans)}
      </span>
      <span role="cell" title={job.nodes.join(', ')}>
        {job.nodes.length > 1 ? trans.__('%1 +%2', job.node ?? '', job.nodes.length - 1) : job.node}
      </span>
      <span role="cell" title={trans.__('%1 cores', job.cores)}>
        {running && trans.__('%1 %', Math.round(cpu))}
      </span>
      <span role="cell">
        {running
          ? `${formatBytes(memoryUsed)} / ${formatBytes(job.memory_bytes)}`
          : formatBytes(job.memory_bytes)}
      </span>
      <span role="cell">{job.started_at && formatTime(job.started_at)}</span>
      <span role="cell">{job.ends_at && formatTime(job.ends_at)}</span>
      <span role="cell" title={reason}>
        {reason}
      </span>
    </div>
  );
});

/** Why a job waits, or how it ended. */
function whyItIsSo(job: Job): string {
  const words = [
    job.phase === 'ended' && job.state,
    job.reason_text ?? job.reason,
    job.phase === 'queued' && job.expected_start_at && `≈ ${formatTime(job.expected_start_at)}`,
    job.exit_code !== null && job.exit_code !== '0:0' && job.exit_code
  ];
  return words.filter(Boolean).join(' · ');
}
