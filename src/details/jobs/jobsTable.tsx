import { caretDownIcon, caretUpIcon } from '@jupyterlab/ui-components';
import { useVirtualizer } from '@tanstack/react-virtual';
import * as React from 'react';

import { useClusterContext } from '../../cluster/context';
import type { Column, IJobRow, ISorting } from './jobRows';
import { JobsTableRow } from './jobsTableRow';

const ROW_HEIGHT = 28;
/** The header is a row too. */
const HEADER_ROWS = 1;

interface ITableProps {
  readonly rows: readonly IJobRow[];
  readonly sorting: ISorting;
  readonly onSort: (sorting: ISorting) => void;
  /** The ids of selected jobs. */
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (selected: ReadonlySet<string>) => void;
  readonly onLog: (jobId: string) => void;
  /** What to say where there is no row. */
  readonly empty: string;
}

/** The jobs; only the rows in sight are in the document, so that thousands scroll as smoothly as ten. */
export function JobsTable(props: ITableProps): React.ReactElement {
  const { trans } = useClusterContext();
  const { rows, selected } = props;
  const scroller = React.useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: index => rows[index].job.job_id,
    overscan: 10
  });
  const latest = React.useRef(props);
  latest.current = props;
  // Always the same function, so that rows that did not change are not drawn again.
  const toggle = React.useCallback((jobId: string) => {
    const next = new Set(latest.current.selected);
    if (!next.delete(jobId)) {
      next.add(jobId);
    }
    latest.current.onSelect(next);
  }, []);
  const openLog = React.useCallback((jobId: string) => latest.current.onLog(jobId), []);
  return (
    <div
      ref={scroller}
      className="jp-DaskSlurmTable"
      role="table"
      aria-label={trans.__('Jobs')}
      aria-rowcount={rows.length + HEADER_ROWS}
      tabIndex={0}
    >
      <TableHeader {...props} />
      {rows.length === 0 && <p className="jp-DaskSlurmTable-empty">{props.empty}</p>}
      <div role="rowgroup" className="jp-DaskSlurmTable-rows" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ key, index, start }) => (
          <JobsTableRow
            key={key}
            row={rows[index]}
            index={index + HEADER_ROWS + 1}
            top={start}
            selected={selected.has(rows[index].job.job_id)}
            onToggle={toggle}
            onLog={openLog}
          />
        ))}
      </div>
    </div>
  );
}

function TableHeader({ rows, sorting, onSort, selected, onSelect }: ITableProps): React.ReactElement {
  const { trans } = useClusterContext();
  const all = rows.length > 0 && rows.every(({ job }) => selected.has(job.job_id));
  const column = (id: Column, label: string) => (
    <ColumnHeader id={id} label={label} sorting={sorting} onSort={onSort} />
  );
  return (
    <div role="rowgroup" className="jp-DaskSlurmTable-header">
      <div role="row" className="jp-DaskSlurmTable-row" aria-rowindex={1}>
        <span role="columnheader">
          <input
            type="checkbox"
            aria-label={trans.__('Select all that are shown')}
            checked={all}
            onChange={() => onSelect(new Set(all ? [] : rows.map(({ job }) => job.job_id)))}
          />
        </span>
        {column('job', trans.__('Job'))}
        {column('phase', trans.__('Phase'))}
        {column('node', trans.__('Node'))}
        {column('cpu', trans.__('CPU'))}
        {column('memory', trans.__('Memory'))}
        {column('started', trans.__('Started'))}
        {column('ends', trans.__('Ends'))}
        <span role="columnheader">{trans.__('Reason')}</span>
      </div>
    </div>
  );
}

interface IColumnProps {
  readonly id: Column;
  readonly label: string;
  readonly sorting: ISorting;
  readonly onSort: (sorting: ISorting) => void;
}

/** Sorts by its column; a second click turns the order round. */
function ColumnHeader({ id, label, sorting, onSort }: IColumnProps): React.ReactElement {
  const sorted = sorting.column === id;
  const Caret = sorting.descending ? caretDownIcon : caretUpIcon;
  const order = sorting.descending ? 'descending' : 'ascending';
  return (
    <span role="columnheader" aria-sort={sorted ? order : 'none'}>
      <button
        className="jp-DaskSlurmTable-sort"
        onClick={() => onSort({ column: id, descending: sorted && !sorting.descending })}
      >
        {label}
        {sorted && <Caret.react tag="span" className="jp-DaskSlurmButton-icon" />}
      </button>
    </span>
  );
}
