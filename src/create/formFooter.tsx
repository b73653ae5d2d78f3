import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { Budget, Preview } from '../api/contract';
import type { RequestError } from '../api/requestError';
import { formatBytes, formatTime } from '../model/format';
import type { IClusterForm } from './useClusterForm';

/** What all jobs come to, what keeps them from being started, and the two ways out. */
export function FormFooter(props: {
  form: IClusterForm;
  onCancel: () => void;
  trans: TranslationBundle;
}): React.ReactElement {
  const { form, onCancel, trans } = props;
  const { preview, isLate, submission } = form;
  const { busy } = submission;
  return (
    <div className="jp-DaskSlurmForm-footer">
      <Wrong form={form} trans={trans} />
      <div className="jp-DaskSlurmForm-totals" aria-busy={isLate}>
        {preview && <div>{totals(preview.totals, trans)}</div>}
        {preview?.budgets.map(budget => (
          <div key={budget.resource} className={isShort(budget) ? 'jp-mod-short' : undefined}>
            {budgetLine(budget, trans)}
          </div>
        ))}
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

/** What keeps the cluster from being started; what is wrong at a field leads there. */
function Wrong({ form, trans }: { form: IClusterForm; trans: TranslationBundle }): React.ReactElement {
  const { isLate, submission, errors, unknown } = form;
  const { failure } = submission;
  const said = Object.values(errors.atFields);
  const isAtField = (error: RequestError | null) => !error || said.includes(error.message);
  return (
    <>
      {said.length > 0 && (
        <div
          className="jp-DaskSlurmForm-failure"
          role={failure ? 'alert' : 'status'}
          aria-busy={isLate && !failure}
        >
          <Attention form={form} trans={trans} />
        </div>
      )}
      {failure && (!isAtField(failure) || failure.details) && (
        <div className="jp-DaskSlurmForm-failure" role="alert">
          {!isAtField(failure) && failure.message}
          {failure.details && <pre>{failure.details}</pre>}
        </div>
      )}
      {errors.elsewhere
        .filter(sentence => sentence !== failure?.message)
        .map(sentence => (
          <Refusal key={sentence} sentence={sentence} isLate={isLate} />
        ))}
      {!failure && unknown && !isAtField(unknown) && (
        <Refusal
          sentence={trans.__('What this comes to is not known just now: %1', unknown.message)}
          isLate={false}
        />
      )}
    </>
  );
}

/** Which fields need to be mended; each name leads to its field. */
function Attention({ form, trans }: { form: IClusterForm; trans: TranslationBundle }): React.ReactElement {
  const wrong = Object.keys(form.errors.atFields);
  const titleOf = (name: string) => {
    const about = form.schema.properties?.[name];
    return (typeof about === 'object' && about.title) || name;
  };
  return (
    <>
      {trans._n('One field needs your attention:', '%1 fields need your attention:', wrong.length)}
      {wrong.map(name => (
        <React.Fragment key={name}>
          {' '}
          <button
            type="button"
            className="jp-DaskSlurmForm-link"
            onClick={event => focusField(event.currentTarget, name)}
          >
            {titleOf(name)}
          </button>
        </React.Fragment>
      ))}
    </>
  );
}

function focusField(from: HTMLElement, name: string): void {
  const ids = `#root_${name}, [id^="root_${name}_"]`;
  const field = from.closest('form')?.querySelector<HTMLElement>(`:is(input, select, textarea):is(${ids})`);
  // What is folded away cannot have the focus.
  const group = field?.closest('details');
  if (group) {
    group.open = true;
  }
  field?.focus();
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

function isShort(budget: Budget): boolean {
  return budget.asked_hours !== null && budget.asked_hours > budget.left_hours;
}

/** @returns the hours that are asked for beside those that are left, of one resource, and whether these are enough. */
function budgetLine(budget: Budget, trans: TranslationBundle): string {
  const what = {
    cores: trans.__('Core hours'),
    gpus: trans.__('GPU hours'),
    billing: trans.__('Billing hours')
  }[budget.resource];
  const [left, limit, asked] = [budget.left_hours, budget.limit_hours, budget.asked_hours].map(hours);
  const told = [what, left, limit, budget.account, asked] as const;
  // Each is whole: another language puts its words in another order.
  if (!asked) {
    return budget.yours
      ? trans.__('%1: you have %2 of %3 left in account %4', ...told)
      : trans.__('%1: account %4 has %2 of %3 left', ...told);
  }
  if (isShort(budget)) {
    return budget.yours
      ? trans.__(
          '%1: %5 at most until the walltime, you have %2 of %3 left in account %4 – not enough',
          ...told
        )
      : trans.__('%1: %5 at most until the walltime, account %4 has %2 of %3 left – not enough', ...told);
  }
  return budget.yours
    ? trans.__('%1: %5 at most until the walltime, you have %2 of %3 left in account %4', ...told)
    : trans.__('%1: %5 at most until the walltime, account %4 has %2 of %3 left', ...told);
}

function hours(value: number | null): string {
  return value === null
    ? ''
    : value.toLocaleString(undefined, { maximumFractionDigits: value < 100 ? 1 : 0 });
}
