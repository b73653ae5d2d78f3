import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import * as React from 'react';

import type { IPreviewRequest } from '../../api/client';
import type { Site, Variant } from '../../api/contract';
import { formatTime } from '../../model/format';
import type { FormData } from '../request/formData';
import { ITrial, trialsOf } from './variants';

/** Asks the server when a request would start with each of these options laid over its own. */
export type AskForecast = (
  request: IPreviewRequest,
  variants: readonly ReadonlyJSONObject[]
) => Promise<readonly Variant[]>;

interface IStartTimesProps {
  readonly data: FormData;
  readonly site: Site;
  /** What the form stands for. */
  readonly request: IPreviewRequest;
  readonly ask: AskForecast;
  readonly trans: TranslationBundle;
}

/** What was asked for one request; it says nothing of another one. */
interface IForecast {
  readonly key: string;
  readonly trials: readonly ITrial[];
  /** Null until there is an answer. */
  readonly answers: readonly Variant[] | null;
  readonly failure: string | null;
}

/** When it would start for less, or elsewhere: by a button, for each question uses up a job id. */
export function StartTimes(props: IStartTimesProps): React.ReactElement {
  const { trans } = props;
  const key = JSON.stringify(props.request);
  const [forecast, setForecast] = React.useState<IForecast | null>(null);
  const shown = forecast?.key === key ? forecast : null;
  const busy = shown !== null && shown.answers === null && shown.failure === null;
  const ask = async () => {
    const trials = trialsOf(props.data, props.site, trans);
    const asked = { key, trials, answers: null, failure: null };
    const tell = (answer: Partial<IForecast>) =>
      setForecast(now => (now === asked ? { ...asked, ...answer } : now));
    setForecast(asked);
    try {
      const variants = trials.map(({ options }) => options);
      tell({ answers: await props.ask(props.request, variants) });
    } catch (error) {
      tell({ failure: error instanceof Error ? error.message : String(error) });
    }
  };
  return (
    <div className="jp-DaskSlurmForm-starts" role="group" aria-label={trans.__('When it would start')}>
      <button
        type="button"
        className="jp-DaskSlurmForm-quiet"
        disabled={busy}
        aria-busy={busy}
        title={trans.__(
          'Asks Slurm for half the time, half the cores and other partitions. Nothing is submitted.'
        )}
        onClick={() => void ask()}
      >
        {busy ? trans.__('Asking Slurm…') : trans.__('When would it start?')}
      </button>
      {shown?.failure && <div role="alert">{shown.failure}</div>}
      <div role="status">
        {shown?.answers && <Table trials={shown.trials} answers={shown.answers} trans={trans} />}
      </div>
    </div>
  );
}

function Table(props: {
  trials: readonly ITrial[];
  answers: readonly Variant[];
  trans: TranslationBundle;
}): React.ReactElement {
  const { trials, answers, trans } = props;
  return (
    <table>
      <tbody>
        {answers.map(({ expected_start_at: start, error, note }, index) => (
          <tr key={trials[index].label}>
            <th scope="row">{trials[index].label}</th>
            <td>{error ?? (start ? `≈ ${formatTime(start)}` : (note ?? trans.__('Slurm does not say.')))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
