import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { Profile } from '../../api/contract';
import { useSingleRequest } from '../request/useSingleRequest';

interface ISaveProfileProps {
  /** The user's own profile that is chosen; under its name it is replaced. */
  readonly base: Profile | undefined;
  readonly onSave: (name: string, description: string) => Promise<void>;
  readonly onCancel: () => void;
  readonly trans: TranslationBundle;
}

/** Asks for the name and the description of a profile. */
export function SaveProfile(props: ISaveProfileProps): React.ReactElement {
  const { base, onCancel, trans } = props;
  const [name, setName] = React.useState(base?.name ?? '');
  const [description, setDescription] = React.useState(base?.description ?? '');
  const { failure, busy, submit } = useSingleRequest(() => props.onSave(name.trim(), description.trim()));
  const canSave = name.trim() !== '' && !busy;
  const onKeyDown = (event: React.KeyboardEvent) => {
    // Enter belongs to these two fields: the form around them would start the cluster.
    if (event.key === 'Enter' && event.target instanceof HTMLInputElement) {
      event.preventDefault();
      void (canSave && submit());
    }
  };
  return (
    <div
      className="jp-DaskSlurmForm-save"
      role="group"
      aria-label={trans.__('Save as profile')}
      onKeyDown={onKeyDown}
    >
      <div className="jp-DaskSlurmForm-fields">
        <TextField
          label={trans.__('Profile name')}
          value={name}
          onChange={setName}
          autoFocus
          error={failure?.message}
        />
        <TextField label={trans.__('Profile description')} value={description} onChange={setDescription} />
      </div>
      <div className="jp-DaskSlurmForm-row">
        <button type="button" className="jp-mod-styled jp-mod-reject" onClick={onCancel}>
          {trans.__('Do not save')}
        </button>
        <button
          type="button"
          className="jp-mod-styled jp-mod-accept"
          disabled={!canSave}
          onClick={() => void submit()}
        >
          {base && name.trim() === base.name ? trans.__('Replace %1', base.name) : trans.__('Save profile')}
        </button>
      </div>
    </div>
  );
}

function TextField(props: {
  label: string;
  value: string;
  onChange: (value: string) => void;
  autoFocus?: boolean;
  error?: string;
}): React.ReactElement {
  const id = React.useId();
  return (
    <div className={props.error ? 'jp-DaskSlurmField jp-mod-invalid' : 'jp-DaskSlurmField'}>
      <label htmlFor={id}>{props.label}</label>
      <input
        id={id}
        type="text"
        className="jp-mod-styled"
        value={props.value}
        autoFocus={props.autoFocus}
        aria-describedby={props.error ? `${id}-error` : undefined}
        onChange={event => props.onChange(event.target.value)}
      />
      {props.error && (
        <div id={`${id}-error`} className="jp-DaskSlurmField-error" role="alert">
          {props.error}
        </div>
      )}
    </div>
  );
}
