import type { RJSFSchema, ValidatorType } from '@rjsf/utils';

/**
 * Finds nothing wrong, for the server judges: by the same rules and in the same sentences for
 * everybody who asks, and it alone knows the site. Its errors come back to the form by field.
 */
export const noValidator: ValidatorType<unknown, RJSFSchema> = {
  validateFormData: () => ({ errors: [], errorSchema: {} }),
  toErrorList: () => [],
  isValid: () => true,
  rawValidation: () => ({})
};
