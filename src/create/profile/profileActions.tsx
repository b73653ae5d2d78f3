import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { IProfileRequest } from '../../api/client';
import type { Cluster, Profile } from '../../api/contract';
import type { FormData } from '../request/formData';
import { toProfile } from '../request/formRequest';
import { useSingleRequest } from '../request/useSingleRequest';
import { SaveProfile } from './saveProfile';

/** What can be done with the user's own profiles. */
export interface IProfileActions {
  readonly save: (name: string, body: IProfileRequest) => Promise<void>;
  readonly remove: (name: string) => Promise<void>;
}

/** As much of a form as its profiles are about. */
interface IProfileForm {
  readonly data: FormData;
  /** The fields on the form. */
  readonly names: readonly string[];
  readonly profile: Profile | undefined;
  readonly set: (data: FormData) => void;
}

interface IProfileActionsProps {
  readonly form: IProfileForm;
  readonly like: Cluster | undefined;
  readonly actions: IProfileActions;
  readonly onReset: () => void;
  readonly trans: TranslationBundle;
}

/**
 * Keep what the form holds as a profile, remove one's own, or begin again. It asks in its place and not in
 * a dialog: the form may be in one, and JupyterLab shows one dialog at a time.
 */
export function ProfileActions(props: IProfileActionsProps): React.ReactElement {
  const { form, actions, trans } = props;
  const [asks, setAsks] = React.useState<'save' | 'remove' | null>(null);
  const own = form.profile?.source === 'user' ? form.profile : undefined;
  const done = () => setAsks(null);
  const save = async (name: string, description: string) => {
    await actions.save(name, toProfile(form.data, form.names, description, form.profile));
    form.set({ ...form.data, profile: name });
    done();
  };
  const remove = async (name: string) => {
    await actions.remove(name);
    const { profile, ...rest } = form.data;
    if (profile === name) {
      form.set(rest);
    }
    done();
  };
  if (asks === 'save') {
    return <SaveProfile base={own} onSave={save} onCancel={done} trans={trans} />;
  }
  if (asks === 'remove' && own) {
    return <RemoveProfile profile={own} onRemove={remove} onCancel={done} trans={trans} />;
  }
  return (
    <div className="jp-DaskSlurmForm-row">
      {!props.like && <Quiet onClick={() => setAsks('save')}>{trans.__('Save as profile…')}</Quiet>}
      {own && <Quiet onClick={() => setAsks('remove')}>{trans.__('Delete profile %1…', own.name)}</Quiet>}
      <Quiet onClick={props.onReset}>{trans.__('Reset')}</Quiet>
    </div>
  );
}

function Quiet(props: React.PropsWithChildren<{ onClick: () => void }>): React.ReactElement {
  return (
    <button type="button" className="jp-DaskSlurmForm-quiet" onClick={props.onClick}>
      {props.children}
    </button>
  );
}

function RemoveProfile(props: {
  profile: Profile;
  onRemove: (name: string) => Promise<void>;
  onCancel: () => void;
  trans: TranslationBundle;
}): React.ReactElement {
  const { profile, onRemove, onCancel, trans } = props;
  const { failure, busy, submit } = useSingleRequest(() => onRemove(profile.name));
  return (
    <div className="jp-DaskSlurmForm-row" role="group" aria-label={trans.__('Delete profile')}>
      <span role="alert">{failure?.message ?? trans.__('Delete the profile %1?', profile.name)}</span>
      <button type="button" className="jp-mod-styled jp-mod-reject" onClick={onCancel} autoFocus>
        {trans.__('Keep it')}
      </button>
      <button
        type="button"
        className="jp-mod-styled jp-mod-warn"
        disabled={busy}
        onClick={() => void submit()}
      >
        {trans.__('Delete')}
      </button>
    </div>
  );
}
