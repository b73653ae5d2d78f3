import * as React from 'react';

import type { LogStream } from '../api/client';
import type { Cluster, LogTail } from '../api/contract';
import { useClusterContext } from '../cluster/context';
import { hasEnded } from '../model/status';
import { Fetched } from './fetched';
import { useFetched } from './useFetched';
import { useVisibility } from './visibility';

const LINES = 1000;
const FOLLOW_MS = 2000;

/** Whose log: a job's, or the scheduler's where it is null. */
export interface ILogSource {
  readonly job: string | null;
  readonly stream: LogStream;
}

export const SCHEDULER: ILogSource = { job: null, stream: 'stderr' };

interface ILogsProps {
  readonly cluster: Cluster;
  readonly source: ILogSource;
  readonly onSource: (source: ILogSource) => void;
}

/** The end of a log, which is followed while somebody looks and the cluster lives. */
export function Logs(props: ILogsProps): React.ReactElement {
  const { source } = props;
  return (
    <section className="jp-DaskSlurmLog">
      <SourceBar {...props} />
      <Log key={`${source.job} ${source.stream}`} cluster={props.cluster} source={source} />
    </section>
  );
}

function SourceBar({ cluster, source, onSource }: ILogsProps): React.ReactElement {
  const { trans } = useClusterContext();
  const [job, remember] = React.useState(source.job);
  if (source.job !== null && source.job !== job) {
    remember(source.job);
  }
  const button = (label: string, wanted: ILogSource) => (
    <button
      className="jp-DaskSlurmFilter"
      aria-pressed={source.job === wanted.job && (wanted.job === null || source.stream === wanted.stream)}
      onClick={() => onSource(wanted)}
    >
      {label}
    </button>
  );
  return (
    <div className="jp-DaskSlurmFilters" role="group" aria-label={trans.__('Log of %1', cluster.name)}>
      {button(trans.__('Scheduler'), SCHEDULER)}
      {job !== null && button(trans.__('Job %1', job), { job, stream: 'stderr' })}
      {job !== null && button(trans.__('Job %1, output', job), { job, stream: 'stdout' })}
      {job === null && <span>{trans.__('A click on a job in the table shows its log.')}</span>}
    </div>
  );
}

function Log({ cluster, source }: Pick<ILogsProps, 'cluster' | 'source'>): React.ReactElement {
  const { manager } = useClusterContext();
  const { client } = manager;
  const tick = useTicks(!hasEnded(cluster));
  const fetched = useFetched(
    () =>
      source.job === null
        ? client.log(cluster.id, LINES)
        : client.jobLog(cluster.id, source.job, source.stream, LINES),
    tick,
    FOLLOW_MS / 2
  );
  return <Fetched from={fetched}>{tail => <Tail tail={tail} />}</Fetched>;
}

function Tail({ tail: { path, text, truncated } }: { tail: LogTail }): React.ReactElement {
  const { trans } = useClusterContext();
  const box = useFollowing(text);
  return (
    <>
      <p className="jp-DaskSlurmLog-path">
        {path}
        {truncated && ` — ${trans.__('its last %1 lines', LINES)}`}
      </p>
      <pre ref={box} className="jp-DaskSlurmLog-text" tabIndex={0} aria-label={trans.__('Log')}>
        {text || trans.__('Nothing has been written yet.')}
      </pre>
    </>
  );
}

/** @returns a number that grows each two seconds while somebody looks. */
function useTicks(active: boolean): number {
  const visible = useVisibility();
  const [tick, next] = React.useReducer((count: number) => count + 1, 0);
  React.useEffect(() => {
    if (!visible || !active) {
      return;
    }
    const timer = window.setInterval(next, FOLLOW_MS);
    return () => window.clearInterval(timer);
  }, [visible, active]);
  return tick;
}

/** Stay at the end while the end is in sight; who has scrolled up reads on undisturbed. */
function useFollowing(text: string | undefined): React.RefObject<HTMLPreElement> {
  const box = React.useRef<HTMLPreElement>(null);
  const atEnd = React.useRef(true);
  React.useEffect(() => {
    const node = box.current;
    const note = () => {
      atEnd.current = !node || node.scrollHeight - node.scrollTop - node.clientHeight < 24;
    };
    node?.addEventListener('scroll', note);
    return () => node?.removeEventListener('scroll', note);
  }, []);
  React.useLayoutEffect(() => {
    if (box.current && atEnd.current) {
      box.current.scrollTop = box.current.scrollHeight;
    }
  }, [text]);
  return box;
}
