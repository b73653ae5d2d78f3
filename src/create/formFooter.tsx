import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { Preview } from '../api/contract';
import type { RequestError } from '../api/requestError';
import { formatBytes, formatTime } from '../model/format';
import type { IFormErrors } from './fields/formErrors';
import type { ISubmission } from './request/useSubmit';

/** What all jobs come to, what keeps them from being started, and the two ways out. */
export function FormFooter(props: {
  preview: Preview | null;
  isLate: boolean;
  submission: ISubmission;
  errors: IFormErrors;
  onCancel: () => void;
  trans: TranslationBundle;
}): React.ReactElement {
  const { preview, isLate, submission, errors, onCancel, trans } = props;
  const { failure, busy } = submission;
  return (
    <div className="jp-DaskSlurmForm-footer">
      {failure && <Failure failure={failure} errors={errors} trans={trans} />}
      {!failure &&
        errors.elsewhere.map(sentence => <Refusal key={sentence} sentence={sentence} isLate={isLate} />)}
      <div className="jp-DaskSlurmForm-totals" aria-busy={isLate}>
        {preview && <div>{totals(preview.totals, trans)}</div>}
        {preview?.expected_start_at && (
          <div>{trans.__('Slurm expects to start it at %1.', formatTime(preview.expected_start_at))}</div>
        )}
      </div>
      <button type="button" className="jp-mod-styled jp-mod-reject" onClick={onCancel}>
        {trans.__('Cancel')}
      </button>
      <button type="submit" className="jp-mod-styled jp-mod-accept" disabled={busy} aria-busy={busy}>
        {busy ? trans.__('Starting…') : trans.__('Start')}
      </button>
    </div>
  );
}

function Failure(props: {
  failure: RequestError;
  errors: IFormErrors;
  trans: TranslationBundle;
}): React.ReactElement {
  const { failure, errors, trans } = props;
  const isAtField = Object.values(errors.atFields).includes(failure.message);
  return (
    <div className="jp-DaskSlurmForm-failure" role="alert">
      {isAtField ? trans.__('One field needs your attention.') : failure.message}
      {failure.details && <pre>{failure.details}</pre>}
    </div>
  );
}

/** What keeps the cluster from being started, and belongs to no field on the form. */
function Refusal({ sentence, isLate }: { sentence: string; isLate: boolean }): React.ReactElement {
  return (
    <div className="jp-DaskSlurmForm-failure" role="status" aria-busy={isLate}>
      {sentence}
    </div>
  );
}

/** @returns what all jobs come to, in a line; what is not known is left out. */
function totals(sum: Preview['totals'], trans: TranslationBundle): string {
  const known = (value: number | null, words: (value: number) => string) => value !== null && words(value);
  return [
    known(sum.jobs, jobs => trans._n('%1 job', '%1 jobs', jobs)),
    known(sum.workers, workers => trans._n('%1 worker', '%1 workers', workers)),
    known(sum.threads, threads => trans._n('%1 thread', '%1 threads', threads)),
    known(sum.memory_bytes, formatBytes),
    known(sum.gpus || null, gpus => trans._n('%1 GPU', '%1 GPUs', gpus)),
    known(sum.core_hours_per_hour, hours => trans._n('%1 core hour an hour', '%1 core hours an hour', hours))
  ]
    .filter(Boolean)
    .join(' · ');
}
