import * as React from 'react';

import type { Cluster, Job } from '../api/validate';
import { queueWords } from '../model/queue';
import { usePanel } from './context';

/** After a change Slurm takes a moment to say why a job waits; several changes become one question. */
const FIRST_MS = 1500;
/** Asked again only while Slurm has said nothing yet, each time after twice as long. */
const ATTEMPTS = 5;

/** Why jobs wait and when Slurm expects them to start; nothing where none waits. */
export function Waiting({ cluster }: { cluster: Cluster }): React.ReactElement | null {
  const { trans } = usePanel();
  const jobs = useQueuedJobs(cluster);
  const words = cluster.jobs.queued > 0 ? queueWords(jobs, trans) : null;
  return words === null ? null : <div className="jp-DaskSlurmCard-note">{words}</div>;
}

/** Asks when jobs begin to wait or their number changes, never in between. */
function useQueuedJobs(cluster: Cluster): readonly Job[] {
  const { manager } = usePanel();
  const [jobs, setJobs] = React.useState<readonly Job[]>([]);
  const { id, updated_at } = cluster;
  const { queued } = cluster.jobs;
  const waits = queued > 0 && cluster.backend === 'slurm' && cluster.controller.reachable;
  React.useEffect(() => {
    if (!waits) {
      return;
    }
    let timer = 0;
    const look = async (attempt: number) => {
      const found = await manager.client.jobs(id).catch(() => []);
      if (timer === 0) {
        return;
      }
      const waiting = found.filter(job => job.phase === 'queued');
      setJobs(waiting);
      if (attempt < ATTEMPTS && !waiting.some(job => job.reason)) {
        ask(attempt + 1);
      }
    };
    const ask = (attempt: number) => {
      timer = window.setTimeout(() => void look(attempt), FIRST_MS * 2 ** attempt);
    };
    ask(0);
    return () => {
      window.clearTimeout(timer);
      timer = 0;
    };
  }, [manager, id, waits, queued, updated_at]);
  return jobs;
}
