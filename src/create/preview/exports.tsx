import { Clipboard } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { copyIcon } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Preview } from '../../api/contract';
import { scriptIsHidden } from './scriptPreview';

/** The form as text to take along; nothing where there is no job, and not while it is that of other values. */
export function Exports(props: {
  preview: Preview;
  isLate: boolean;
  trans: TranslationBundle;
}): React.ReactElement | null {
  const { preview, isLate, trans } = props;
  const [copied, setCopied] = React.useState('');
  const { exports, script } = preview;
  const isHidden = scriptIsHidden(preview);
  if (!exports && !isHidden) {
    return null;
  }
  const why = isHidden ? trans.__('Once what is wrong in the form is mended.') : undefined;
  const texts = [
    { label: trans.__('Copy as Python'), text: exports?.python ?? '' },
    { label: trans.__('Copy as YAML for ~/.config/dask'), text: exports?.yaml ?? '' },
    { label: trans.__('Copy job script'), text: script ?? '' },
    // Older servers have none.
    ...(exports?.batch_script === ''
      ? []
      : [{ label: trans.__('Copy batch script'), text: exports?.batch_script ?? '' }])
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
          disabled={isLate || isHidden}
          title={why}
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
