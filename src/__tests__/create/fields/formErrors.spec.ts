import { preview } from '../../../api/contract';
import { RequestError } from '../../../api/requestError';
import { formErrors } from '../../../create/fields/formErrors';
import { sample } from '../../samples';

const told = preview(sample('preview'));
const [{ message }] = told.errors;

it('stand at their fields, those of fields that are not shown elsewhere', () => {
  expect(formErrors(told, null, ['walltime'])).toEqual({ atFields: { walltime: message }, elsewhere: [] });
  expect(formErrors(told, null, ['memory'])).toEqual({ atFields: {}, elsewhere: [message] });
});

it('of what was sent count before those of the preview', () => {
  const refused = new RequestError(422, {
    message: 'Not tonight.',
    reason: 'SiteRefuses',
    field: 'options.walltime',
    details: null
  });
  expect(formErrors(told, refused, ['walltime']).atFields).toEqual({ walltime: 'Not tonight.' });
});
