import type { ErrorSchema } from '@rjsf/utils';

import type { Preview } from '../../api/contract';
import type { RequestError } from '../../api/requestError';
import { fieldName } from '../request/formRequest';

/** What is wrong with a form: by field, and what belongs to no field that it shows. */
export interface IFormErrors {
  readonly atFields: Readonly<Record<string, string>>;
  readonly elsewhere: readonly string[];
}

/**
 * @param names - the fields on the form.
 * @returns what the preview and the refusal of the last request say; the refusal counts.
 */
export function formErrors(
  preview: Preview | null,
  failure: RequestError | null,
  names: readonly string[]
): IFormErrors {
  const atFields: Record<string, string> = {};
  const elsewhere: string[] = [];
  for (const { field, message } of preview?.errors ?? []) {
    const name = fieldName(field);
    if (name !== null && names.includes(name)) {
      atFields[name] = message;
    } else {
      elsewhere.push(message);
    }
  }
  const refused = fieldName(failure?.field ?? null);
  if (failure && refused !== null && names.includes(refused)) {
    atFields[refused] = failure.message;
  }
  return { atFields, elsewhere };
}

/** @returns the errors at fields as rjsf takes them. */
export function toErrorSchema(atFields: IFormErrors['atFields']): ErrorSchema {
  const errors = Object.entries(atFields).map(([name, message]) => [name, { __errors: [message] }]);
  return Object.fromEntries(errors) as ErrorSchema;
}
