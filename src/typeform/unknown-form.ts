import { DomainError } from '../core/problem';
import { TypeformError } from './typeform-error';

/**
 * For the `catch` of a call that reads a form which a request names in `path`: a form that Typeform does not know is a mistake in the
 * request, `validation_failed`, and no failure of Typeform's. Every other error is passed on.
 */
export function refuseUnknownForm(path: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof TypeformError) || error.failure !== 'not_found') throw error;
    throw new DomainError('validation_failed', 'the request is not valid', {
      errors: [{ path, message: error.message }],
      cause: error,
    });
  };
}
