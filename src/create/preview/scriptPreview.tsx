import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { Preview } from '../../api/contract';
import { commandLine, withLocalTimes } from '../../model/format';

/** @returns whether something wrong in the form keeps its script from being made. */
export function scriptIsHidden({ script, errors }: Preview): boolean {
  return script === null && errors.length > 0;
}

/** Lines that say what jobs are given, shown while the script is folded. */
const TELLING = /^#SBATCH (-p|-t|--cpus-per-task|--mem|--gres|-A)\b/;

/** Whether the lines were last unfolded: who wants to see them once wants to see them in the next form too. */
let wasOpen = false;

interface IScriptProps {
  readonly preview: Preview;
  readonly isLate: boolean;
  readonly onSlurm: boolean;
  /** Where the jobs run. */
  readonly partition?: string;
  /** It is to be seen before anything starts. */
  readonly isForeign?: boolean;
  readonly trans: TranslationBundle;
}

/** The script as it would be sent: what it comes to, and unfolded each line with what it means. */
export function ScriptPreview(props: IScriptProps): React.ReactElement | null {
  const { preview, isLate, onSlurm, trans } = props;
  const isHidden = scriptIsHidden(preview) && onSlurm;
  if (preview.lines.length === 0 && preview.warnings.length === 0 && !isHidden) {
    return null;
  }
  return (
    <section
      className="jp-DaskSlurmPreview"
      aria-label={trans.__('What is sent to Slurm')}
      aria-busy={isLate}
    >
      <h3>{trans.__('What is sent to Slurm')}</h3>
      {preview.warnings.map(warning => (
        <p key={warning} className="jp-DaskSlurmForm-notice" role="note">
          {withLocalTimes(warning)}
        </p>
      ))}
      {isHidden && <p>{trans.__('The script stands here once what is wrong in the form is mended.')}</p>}
      {preview.lines.length > 0 && <Script {...props} />}
    </section>
  );
}

/** A list, so that readers go line by line. */
function Script(props: IScriptProps): React.ReactElement {
  const { preview, isForeign = false, trans } = props;
  const [isOpen, setOpen] = React.useState(wasOpen || isForeign);
  const toggle = (open: boolean) => {
    wasOpen = open !== isOpen ? open : wasOpen;
    setOpen(open);
  };
  const telling = preview.lines.filter(({ text }) => TELLING.test(text));
  return (
    <>
      <p>{summary(props)}</p>
      {!isOpen && telling.length > 0 && (
        <pre className="jp-DaskSlurmPreview-first">{telling.map(({ text }) => text).join('\n')}</pre>
      )}
      <details open={isOpen} onToggle={event => toggle(event.currentTarget.open)}>
        <summary>{trans.__('Script, line by line')}</summary>
        <p className="jp-DaskSlurmPreview-command">
          <code>{commandLine(preview.command)}</code>
        </p>
        <Lines lines={preview.lines} />
        {preview.controller_lines.length > 0 && (
          <>
            <h4>{trans.__('The controller’s own job')}</h4>
            <Lines lines={preview.controller_lines} />
          </>
        )}
      </details>
    </>
  );
}

/** @returns what is sent, for example `4 jobs of 8 cores in normal`. */
function summary({ preview, partition, trans }: IScriptProps): string {
  const { totals, options } = preview;
  const jobs = totals.jobs === null ? '' : trans._n('%1 job', '%1 jobs', totals.jobs);
  const cores = typeof options?.cores === 'number' && trans._n('%1 core', '%1 cores', options.cores);
  const size = cores ? trans.__('%1 of %2', jobs, cores) : jobs;
  const place = typeof options?.partition === 'string' ? options.partition : partition;
  return place ? trans.__('%1 in %2', size, place) : size;
}

function Lines({ lines }: { lines: Preview['lines'] }): React.ReactElement {
  return (
    <ol className="jp-DaskSlurmPreview-lines">
      {lines.map(({ text, explanation }, index) => (
        <li key={index}>
          <code>{text}</code>
          {explanation && <span>{explanation}</span>}
        </li>
      ))}
    </ol>
  );
}
