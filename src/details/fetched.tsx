import * as React from 'react';

import { useClusterContext } from '../cluster/context';
import type { IFetched } from './useFetched';

interface IFetchedProps<T> {
  readonly from: IFetched<T>;
  readonly children: (value: T) => React.ReactNode;
}

/** What is made of the server's answer; before it comes, or where none does, a word on that. */
export function Fetched<T>({ from: { value, error }, children }: IFetchedProps<T>): React.ReactElement {
  const { trans } = useClusterContext();
  return (
    <>
      {error !== null && <p role="alert">{error}</p>}
      {value !== null && children(value)}
      {value === null && error === null && (
        <p className="jp-DaskSlurmDetails-pending" role="status">
          {trans.__('One moment…')}
        </p>
      )}
    </>
  );
}
