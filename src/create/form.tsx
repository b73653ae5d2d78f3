import type { TranslationBundle } from '@jupyterlab/translation';
import { FormComponent } from '@jupyterlab/ui-components';
import type { ErrorSchema, RegistryFieldsType, RegistryWidgetsType, ValidatorType } from '@rjsf/utils';
import * as React from 'react';

import type { IClusterRequest } from '../api/client';
import { RequestError } from '../api/errors';
import type { Preview } from '../api/validate';
import { FormData, formLook, formSchema, IFormSource } from './formSchema';
import { ScriptPreview } from './preview';
import { withProfile } from './profile';
import { fieldName, toRequest } from './request';
import { serverJudges } from './serverJudges';
import { FieldTemplate, ObjectTemplate } from './templates';
import { totals } from './totals';
import { usePreview } from './usePreview';
import { ChoicesWidget, LinesWidget, PairsField } from './widgets';

/** The body of "New cluster"; it does not know whether a tab or a dialog holds it. */
export interface IFormProps {
  readonly source: IFormSource;
  readonly initial: FormData;
  readonly trans: TranslationBundle;
  /** Send it; `names` are the fields on the form. A `RequestError` comes back to its field. */
  readonly onSubmit: (data: FormData, names: readonly string[]) => Promise<void>;
  readonly onCancel: () => void;
  /** What a request would send, and what is wrong with it. */
  readonly preview: (request: IClusterRequest) => Promise<Preview>;
}

const TEMPLATES = { FieldTemplate, ObjectFieldTemplate: ObjectTemplate };
const WIDGETS: RegistryWidgetsType = { choices: ChoicesWidget, lines: LinesWidget };
const FIELDS: RegistryFieldsType = { pairs: PairsField };

export function ClusterForm(props: IFormProps): React.ReactElement {
  const { source, trans, onCancel } = props;
  const [data, setData] = React.useState(props.initial);
  const backend = data.backend === 'local' || !source.site.slurm.available ? 'local' : 'slurm';
  const schema = React.useMemo(() => formSchema(source, backend, trans), [source, backend, trans]);
  const names = Object.keys(schema.properties ?? {});
  const { failure, busy, submit } = useSubmit(() => props.onSubmit(data, names));
  const name = fieldName(failure?.field ?? null);
  const atField = name !== null && names.includes(name);
  const preview = usePreview(toRequest(data, names), props.preview);
  const elsewhere = preview ? notAtFields(preview, names) : [];
  const sentences = { ...atFields(preview, names), ...(atField && failure && { [name]: failure.message }) };

  return (
    <div className="jp-DaskSlurmForm">
      <h2>{source.like ? trans.__('Start %1 again', source.like.name) : trans.__('New cluster')}</h2>
      {!source.site.slurm.available && <SlurmMissing source={source} trans={trans} />}
      <FormComponent
        schema={schema}
        uiSchema={formLook(source, schema, { ...data, backend }, trans)}
        formData={data}
        onChange={event => setData(withProfile(data, event.formData ?? {}, source.profiles))}
        onSubmit={() => void submit()}
        extraErrors={errorsAt(sentences)}
        validator={serverJudges as ValidatorType}
        noHtml5Validate
        noValidate
        templates={TEMPLATES}
        widgets={WIDGETS}
        fields={FIELDS}
        formContext={{ trans, defaultFormData: {} }}
        showErrorList={false}
      >
        {preview && <ScriptPreview preview={preview} trans={trans} />}
        <div className="jp-DaskSlurmForm-footer">
          {failure && <Failure failure={failure} atField={atField} trans={trans} />}
          {!failure && elsewhere.map(sentence => <Refusal key={sentence} sentence={sentence} />)}
          <span className="jp-DaskSlurmForm-totals">{preview && totals(preview.totals, trans)}</span>
          <button type="button" className="jp-mod-styled jp-mod-reject" onClick={onCancel}>
            {trans.__('Cancel')}
          </button>
          <button type="submit" className="jp-mod-styled jp-mod-accept" disabled={busy} aria-busy={busy}>
            {busy ? trans.__('Starting…') : trans.__('Start')}
          </button>
        </div>
      </FormComponent>
    </div>
  );
}

function Failure(props: {
  failure: RequestError;
  atField: boolean;
  trans: TranslationBundle;
}): React.ReactElement {
  const { failure, atField, trans } = props;
  return (
    <div className="jp-DaskSlurmForm-failure" role="alert">
      {atField ? trans.__('One field needs your attention.') : failure.message}
      {failure.details && <pre>{failure.details}</pre>}
    </div>
  );
}

/** What keeps the cluster from being started, and belongs to no field on the form. */
function Refusal({ sentence }: { sentence: string }): React.ReactElement {
  return (
    <div className="jp-DaskSlurmForm-failure" role="status">
      {sentence}
    </div>
  );
}

function SlurmMissing({
  source,
  trans
}: {
  source: IFormSource;
  trans: TranslationBundle;
}): React.ReactElement {
  return (
    <p className="jp-DaskSlurmForm-notice" role="note">
      {source.site.slurm.error ??
        trans.__('Slurm does not answer. A cluster on this machine works all the same.')}
    </p>
  );
}

/** @returns the preview's sentences by field; those about fields that the form does not show are left out. */
function atFields(preview: Preview | null, names: readonly string[]): Record<string, string> {
  const sentences: Record<string, string> = {};
  for (const { field, message } of preview?.errors ?? []) {
    const name = fieldName(field);
    if (name !== null && names.includes(name)) {
      sentences[name] = message;
    }
  }
  return sentences;
}

function notAtFields(preview: Preview, names: readonly string[]): string[] {
  const elsewhere = preview.errors.filter(({ field }) => !names.includes(fieldName(field) ?? ''));
  return elsewhere.map(({ message }) => message);
}

function errorsAt(sentences: Readonly<Record<string, string>>): ErrorSchema {
  const errors: Record<string, { __errors: string[] }> = {};
  for (const [name, message] of Object.entries(sentences)) {
    errors[name] = { __errors: [message] };
  }
  return errors as ErrorSchema;
}

/** One request at a time: a double click sends one. */
function useSubmit(send: () => Promise<void>): {
  failure: RequestError | null;
  busy: boolean;
  submit: () => Promise<void>;
} {
  const [failure, setFailure] = React.useState<RequestError | null>(null);
  const [busy, setBusy] = React.useState(false);
  const sending = React.useRef(false);
  const submit = async () => {
    if (sending.current) {
      return;
    }
    sending.current = true;
    setBusy(true);
    setFailure(null);
    try {
      await send();
    } catch (error) {
      setFailure(asRequestError(error));
    } finally {
      sending.current = false;
      setBusy(false);
    }
  };
  return { failure, busy, submit };
}

function asRequestError(error: unknown): RequestError {
  if (error instanceof RequestError) {
    return error;
  }
  const message = error instanceof Error ? error.message : String(error);
  return new RequestError(0, { message, reason: 'UnexpectedAnswer', field: null, details: null });
}
