import type { TranslationBundle } from '@jupyterlab/translation';
import { JSONExt } from '@lumino/coreutils';
import type { RJSFSchema } from '@rjsf/utils';
import * as React from 'react';

import type { IPreviewRequest } from '../api/client';
import type { Preview, Profile, Site } from '../api/contract';
import { RequestError } from '../api/requestError';
import { NOTHING_USED, Used } from './fields/emptyMeans';
import { formErrors, IFormErrors } from './fields/formErrors';
import { formSchema } from './fields/formSchema';
import { DEFAULT_KERNEL } from './fields/uiSchema';
import { AskPreview, usePreview } from './preview/usePreview';
import type { FormData, IFormSource } from './request/formData';
import { chosenProfile, inOneCluster, toPreview, withProfile } from './request/formRequest';
import { proposed } from './request/proposal';
import { ISubmission, useSingleRequest } from './request/useSingleRequest';
import { AskSite, useSiteOf } from './useSiteOf';

/** What the form works with. */
export interface IFormParts {
  readonly source: IFormSource;
  /** What the form begins with. */
  readonly initial: FormData;
  /** What is changed of it already when the form opens. */
  readonly changes?: FormData;
  readonly trans: TranslationBundle;
  /** Send it; `names` are the fields on the form. A `RequestError` comes back to its field. */
  readonly onSubmit: (data: FormData, names: readonly string[], judged: Preview | null) => Promise<void>;
  /** What a request would send, and what is wrong with it. */
  readonly preview: AskPreview;
  readonly site: AskSite;
}

/** A form that is being filled. */
export interface IClusterForm {
  /** With the site of the Slurm cluster that is chosen. */
  readonly source: IFormSource;
  readonly data: FormData;
  readonly schema: RJSFSchema;
  /** The fields on the form. */
  readonly names: readonly string[];
  readonly profile: Profile | undefined;
  /** What it stands for, as a preview is asked for it. */
  readonly request: IPreviewRequest;
  readonly preview: Preview | null;
  /** The preview is that of former values, and the answer to these takes long. */
  readonly isLate: boolean;
  /** What counts where a field is left empty. */
  readonly used: Used;
  /** Why it is not known what these values come to. */
  readonly unknown: RequestError | null;
  /** The server is just learning which Python the chosen kernel runs. */
  readonly isLooking: boolean;
  readonly errors: IFormErrors;
  readonly submission: ISubmission;
  /** Take an edit; a profile that was chosen fills the fields. */
  readonly change: (after: FormData) => void;
  /** Take other data as it is; what was refused was said of the former. */
  readonly set: (data: FormData) => void;
}

/** The state of the form: what was typed, what it would send, and what is wrong with it. */
export function useClusterForm(parts: IFormParts): IClusterForm {
  const { initial, changes, trans } = parts;
  const [data, setData] = React.useState(() => ({ ...initial, ...changes }));
  const source = useSource(parts, data);
  const backend = data.backend === 'local' || !source.site.slurm.available ? 'local' : 'slurm';
  const profile = chosenProfile(data, source.profiles);
  const schema = React.useMemo(
    () => formSchema(source, backend, profile, trans),
    [source, backend, profile, trans]
  );
  const names = Object.keys(schema.properties ?? {});
  const request = toPreview(source, initial, data, names);
  const previewed = usePreview(request, parts.preview);
  const { preview, isLate, judge } = previewed;
  const submission = useSingleRequest(async () => {
    const judged = await judge();
    refuseWhatIsWrong(judged);
    await parts.onSubmit(data, names, judged);
  });
  const isLooking = useLook(source.site, data, preview, isLate);
  const used = useUsed(preview);
  const errors = formErrors(preview, submission.failure ?? previewed.failure, names);
  const set = (other: FormData) => {
    submission.forget();
    setData(other);
  };
  const change = (after: FormData) => {
    if (!JSONExt.deepEqual(data, after)) {
      set(withProfile(data, inOneCluster(data, after), source.profiles, proposed(source)));
    }
  };
  const filled = { ...data, backend };
  return {
    ...{ source, data: filled, schema, names, profile, preview, isLate, isLooking },
    ...{ request, errors, submission, change, set, unknown: previewed.failure, used }
  };
}

/** What fields that are left empty come to; where a preview cannot tell, as the one before has told. */
function useUsed(preview: Preview | null): Used {
  const known = React.useRef(NOTHING_USED);
  if (preview?.options) {
    known.current = preview;
  }
  return known.current;
}

/** @returns whether the chosen kernel is one that only a look can tell of, and that is not done yet. */
function useLook(site: Site, data: FormData, preview: Preview | null, isLate: boolean): boolean {
  const done = React.useRef(new Set<string>());
  const chosen = site.kernels.find(({ name }) => name === (data.kernel ?? DEFAULT_KERNEL));
  if (!chosen || chosen.looked_at || data.python) {
    return false;
  }
  const isUnderWay = preview === null || isLate || preview.looking_at !== null;
  if (!isUnderWay) {
    done.current.add(chosen.name);
  }
  return isUnderWay && !done.current.has(chosen.name);
}

function useSource({ source, site: ask }: IFormParts, data: FormData): IFormSource {
  const site = useSiteOf(source.site, data.slurm_cluster, ask);
  return React.useMemo(
    () => ({ ...source, site, usualCluster: source.site.slurm.cluster_name }),
    [source, site]
  );
}

/**
 * Slurm is asked before anything starts: what it refuses afterwards, a card would say, far from the field.
 *
 * @param judged - null where that could not be asked; then the request itself says why.
 */
function refuseWhatIsWrong(judged: Preview | null): void {
  if (judged?.errors.length) {
    const { field, message } = judged.errors[0];
    throw new RequestError(422, { message, reason: 'SiteRefuses', field, details: null });
  }
}
