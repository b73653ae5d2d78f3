import { Clipboard } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { copyIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Preview } from '../../api/contract';

/** The form as text to take along; nothing where there is no job, and not while it is that of former values. */
export function Exports(props: {
  preview: Preview;
  isLate: boolean;
  trans: TranslationBundle;
}): React.ReactElement | null {
  const { preview, isLate, trans } = props;
  const [copied, setCopied] = React.useState('');
  if (!preview.exports || preview.script === null) {
    return null;
  }
  const texts = [
    { label: trans.__('Copy as Python'), text: preview.exports.python },
    { label: trans.__('Copy as YAML for ~/.config/dask'), text: preview.exports.yaml },
    { label: trans.__('Copy job script'), text: preview.script }
  ];
  const copy = (label: string, text: string) => {
    Clipboard.copyToSystem(text);
    setCopied(label);
  };
  return (
    <div className="jp-DaskSlurmForm-row" role="group" aria-label={trans.__('Take along')}>
      {texts.map(({ label, text }) => (
        <button
          key={label}
          type="button"
          className="jp-DaskSlurmForm-quiet"
          disabled={isLate}
          onClick={() => copy(label, text)}
        >
          <copyIcon.react tag="span" className="jp-DaskSlurmForm-icon" />
          {label}
        </button>
      ))}
      <span role="status">{copied && trans.__('Copied.')}</span>
    </div>
  );
}
