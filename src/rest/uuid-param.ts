import { ParseUUIDPipe } from '@nestjs/common';
import { DomainError } from '../core/problem';

/** A path parameter that must be a UUID; anything else cannot exist, so it is `not_found`. */
export const uuidParam = (what: string) =>
  new ParseUUIDPipe({ exceptionFactory: () => new DomainError('not_found', `there is no such ${what}`) });
