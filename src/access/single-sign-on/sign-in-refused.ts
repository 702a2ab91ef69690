import { DomainError, type DomainErrorOptions } from '../../core/problem';

/** Why a single sign-on was refused; the console has a message for each reason. */
export type SignInRefusal =
  'no_role' | 'provider_refused' | 'not_begun' | 'not_confirmed' | 'provider_unavailable' | 'busy' | 'failed';

const CODES = {
  no_role: 'forbidden',
  provider_refused: 'unauthorized',
  not_begun: 'unauthorized',
  not_confirmed: 'unauthorized',
  provider_unavailable: 'identity_provider_unavailable',
  busy: 'rate_limited',
} as const;

/** A refused sign-in, with the reason that the person is shown. */
export class SignInRefused extends DomainError {
  constructor(
    readonly reason: keyof typeof CODES,
    message: string,
    options: DomainErrorOptions = {},
  ) {
    super(CODES[reason], message, options);
  }
}

/** The reason of anything thrown during a sign-in. */
export const refusalOf = (error: unknown): SignInRefusal => (error instanceof SignInRefused ? error.reason : 'failed');
