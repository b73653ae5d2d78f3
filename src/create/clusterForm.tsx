import type { TranslationBundle } from '@jupyterlab/translation';
import { FormComponent } from '@jupyterlab/ui-components';
import type { RegistryFieldsType, RegistryWidgetsType, ValidatorType } from '@rjsf/utils';
import * as React from 'react';

import { toErrorSchema } from './fields/formErrors';
import { noValidator } from './fields/noValidator';
import { FieldTemplate, ObjectTemplate } from './fields/templates';
import { uiSchema } from './fields/uiSchema';
import { ChoicesWidget, LinesWidget, OneOfTwoWidget, PairsField, YesNoWidget } from './fields/widgets';
import { AskForecast, StartTimes } from './forecast/startTimes';
import { FormFooter } from './formFooter';
import { Exports } from './preview/exports';
import { ScriptPreview } from './preview/scriptPreview';
import { IProfileActions, ProfileActions } from './profile/profileActions';
import { chosenPartition, FormData, IFormSource } from './request/formData';
import { withLocalTimes } from '../model/format';
import { whyProposed } from './request/proposal';
import { IClusterForm, IFormParts, useClusterForm } from './useClusterForm';

/** What the form shows and does. */
export interface IFormProps extends IFormParts {
  /** What "Reset" returns to. */
  readonly defaults: FormData;
  /** What is to be known before anything is filled in. */
  readonly notice?: string;
  /** What is filled in may come from anybody: then it is unfolded, and the script is. */
  readonly isForeign?: boolean;
  readonly onReset: () => void;
  readonly onCancel: () => void;
  readonly profiles: IProfileActions;
  readonly forecast: AskForecast;
}

const TEMPLATES = { FieldTemplate, ObjectFieldTemplate: ObjectTemplate };
const WIDGETS: RegistryWidgetsType = {
  choices: ChoicesWidget,
  lines: LinesWidget,
  oneOfTwo: OneOfTwoWidget,
  yesNo: YesNoWidget
};
const FIELDS: RegistryFieldsType = { pairs: PairsField };

export function ClusterForm(props: IFormProps): React.ReactElement {
  const { defaults, notice, isForeign, trans } = props;
  const form = useClusterForm(props);
  const { source, preview, isLate } = form;
  const onSlurm = form.data.backend === 'slurm';
  const partition = chosenPartition(source.site, form.data)?.name;
  const why = source.like ? '' : whyProposed(source, form.data);
  const reset = () => {
    props.onReset();
    form.set(defaults);
  };
  return (
    <div className="jp-DaskSlurmForm">
      <h2>{source.like ? trans.__('Start %1 again', source.like.name) : trans.__('New cluster')}</h2>
      {notice && <Notice>{notice}</Notice>}
      {why && (
        <Notice>
          {trans.__(
            '%1 So the controller is to run in a Slurm job of its own; you can change that below, under Controller.',
            withLocalTimes(why)
          )}
        </Notice>
      )}
      {!source.site.slurm.available && <SlurmMissing source={source} trans={trans} />}
      <Fields form={form} isForeign={isForeign} trans={trans}>
        <ProfileActions
          form={form}
          like={source.like}
          actions={props.profiles}
          onReset={reset}
          trans={trans}
        />
        {preview && onSlurm && <Exports preview={preview} isLate={isLate} trans={trans} />}
        {onSlurm && (
          <StartTimes
            data={{ ...(form.used.options as FormData | null), ...form.data }}
            site={source.site}
            request={form.request}
            ask={props.forecast}
            trans={trans}
          />
        )}
        <div className={`jp-DaskSlurmForm-beside${isForeign ? ' jp-mod-foreign' : ''}`}>
          {preview && <ScriptPreview {...{ preview, isLate, onSlurm, partition, isForeign, trans }} />}
        </div>
        <FormFooter form={form} onCancel={props.onCancel} trans={trans} />
      </Fields>
    </div>
  );
}

/** The fields with what is wrong with them, and below what belongs to the form. */
function Fields(
  props: React.PropsWithChildren<{ form: IClusterForm; isForeign?: boolean; trans: TranslationBundle }>
): React.ReactElement {
  const { form, isForeign, trans } = props;
  // What was refused just now was said of these values.
  const isLate = form.isLate && !form.submission.failure;
  return (
    <FormComponent
      className="jp-DaskSlurmForm-body"
      schema={form.schema}
      uiSchema={uiSchema(form, trans)}
      formData={form.data}
      onChange={event => form.change(event.formData ?? {})}
      onSubmit={() => void form.submission.submit()}
      extraErrors={toErrorSchema(form.errors.atFields)}
      validator={noValidator as ValidatorType}
      noHtml5Validate
      noValidate
      templates={TEMPLATES}
      widgets={WIDGETS}
      fields={FIELDS}
      formContext={{ trans, isLate, isForeign, defaultFormData: {} }}
      showErrorList={false}
    >
      {props.children}
    </FormComponent>
  );
}

function SlurmMissing(props: { source: IFormSource; trans: TranslationBundle }): React.ReactElement {
  const { source, trans } = props;
  return (
    <Notice>
      {source.site.slurm.error ??
        trans.__('Slurm does not answer. A cluster on this machine works all the same.')}
    </Notice>
  );
}

function Notice({ children }: React.PropsWithChildren): React.ReactElement {
  return (
    <p className="jp-DaskSlurmForm-notice" role="note">
      {children}
    </p>
  );
}
