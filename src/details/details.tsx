import * as React from 'react';

import type { Cluster } from '../api/contract';
import { Activity, Ending, Summary } from '../cluster/activity';
import { useClusterContext, useSignalUpdates } from '../cluster/context';
import { StatusIcon } from '../cluster/statusIcon';
import { hasEnded, statusWord } from '../model/status';
import { Code } from './code';
import { History } from './history';
import { Jobs } from './jobs/jobs';
import { ILogSource, Logs } from './logs';
import { Options } from './options';
import type { Section } from './sections';
import { Tabs } from './tabs';

interface IDetailsProps {
  readonly clusterId: string;
  /** The last known name. */
  readonly name: string;
  readonly section: Section;
  readonly onSection: (section: Section) => void;
  readonly log: ILogSource;
  readonly onLog: (source: ILogSource) => void;
}

/** Everything about one cluster: how it is, and one section of what there is to know. */
export function Details(props: IDetailsProps): React.ReactElement {
  const { manager, trans } = useClusterContext();
  useSignalUpdates(manager.changed);
  const cluster = manager.get(props.clusterId);
  if (!cluster) {
    return (
      <p className="jp-DaskSlurmDetails-gone" role="status">
        {manager.connection === 'live'
          ? trans.__('The cluster %1 is no longer there.', props.name)
          : trans.__('Looking for the cluster %1…', props.name)}
      </p>
    );
  }
  const openLog = (job: string) => props.onLog({ job, stream: 'stderr' });
  const bodies: Record<Section, () => React.ReactElement> = {
    jobs: () => <Jobs cluster={cluster} onLog={openLog} />,
    logs: () => <Logs cluster={cluster} source={props.log} onSource={props.onLog} />,
    code: () => <Code cluster={cluster} />,
    history: () => <History cluster={cluster} />,
    options: () => <Options cluster={cluster} />
  };
  return (
    <>
      <Head cluster={cluster} />
      <Tabs current={props.section} onChange={props.onSection}>
        {bodies[props.section]()}
      </Tabs>
    </>
  );
}

function Head({ cluster }: { cluster: Cluster }): React.ReactElement {
  const { trans } = useClusterContext();
  return (
    <div className="jp-DaskSlurmDetails-head">
      <h1>
        <StatusIcon cluster={cluster} />
        {cluster.name}
        <span className="jp-DaskSlurmDetails-status" role="status">
          {statusWord(cluster, trans)}
        </span>
      </h1>
      <div className="jp-DaskSlurmCard-summary">
        <Summary cluster={cluster} />
      </div>
      {hasEnded(cluster) ? <Ending cluster={cluster} /> : <Activity cluster={cluster} inDetails />}
    </div>
  );
}
