import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { Preview } from '../../api/contract';
import { commandLine } from '../../model/format';

/** @returns whether something wrong in the form keeps its script from being made. */
export function scriptIsHidden({ script, errors }: Preview): boolean {
  return script === null && errors.length > 0;
}

/** The script as it would be sent, each line with what it means; a list, so that readers go line by line. */
export function ScriptPreview(props: {
  preview: Preview;
  isLate: boolean;
  trans: TranslationBundle;
}): React.ReactElement | null {
  const { preview, isLate, trans } = props;
  const isHidden = scriptIsHidden(preview);
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
          {warning}
        </p>
      ))}
      {isHidden && <p>{trans.__('The script stands here once what is wrong in the form is mended.')}</p>}
      {preview.command.length > 0 && (
        <p className="jp-DaskSlurmPreview-command">
          <code>{commandLine(preview.command)}</code>
        </p>
      )}
      {preview.lines.length > 0 && (
        <ol className="jp-DaskSlurmPreview-lines">
          {preview.lines.map(({ text, explanation }, index) => (
            <li key={index}>
              <code>{text}</code>
              {explanation && <span>{explanation}</span>}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
