import { DomainError } from '../../core/problem';

/** Typeform's pages of responses lead back to each other. Trying again would go round in the same circle. */
export class EndlessListing extends DomainError {
  constructor() {
    super(
      'typeform_error',
      'the pages of responses that Typeform sends lead back to each other: start the back-fill again later, and if that does not help, report it to Typeform with the id of the form',
    );
  }
}
