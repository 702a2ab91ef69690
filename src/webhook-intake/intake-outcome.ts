/** Every outcome of a request to the webhook endpoints: a closed set, used as a metric label and by the overview. */
import { DomainError } from '../core/problem';

export const INTAKE_OUTCOMES = [
  'accepted',
  'duplicate',
  'quarantined',
  'signature_missing',
  'signature_malformed',
  'signature_mismatch',
  'unknown_endpoint',
  'invalid_event',
  'aborted',
  'method_not_allowed',
  'payload_too_large',
  'unsupported_media_type',
  'rate_limited',
  'unavailable',
  'error',
  'unverified',
] as const;

export type IntakeOutcome = (typeof INTAKE_OUTCOMES)[number];

/** Committed, and acknowledged with 200. */
export const ACKNOWLEDGED: ReadonlySet<IntakeOutcome> = new Set<IntakeOutcome>([
  'accepted',
  'duplicate',
  'quarantined',
]);

/** Our fault: a webhook that was not accepted. */
export const FAILED: ReadonlySet<IntakeOutcome> = new Set<IntakeOutcome>(['rate_limited', 'unavailable', 'error']);

/** Not our fault: refused for a reason that never applies to a valid webhook of a form. */
export const REFUSED_OUTCOMES: ReadonlySet<IntakeOutcome> = new Set<IntakeOutcome>([
  'signature_missing',
  'signature_malformed',
  'signature_mismatch',
  'unknown_endpoint',
  'invalid_event',
  'method_not_allowed',
  'payload_too_large',
  'unsupported_media_type',
]);

/**
 * How a request counts that was refused before its signature could be checked: as a webhook when its address sends signed ones, else
 * as `unverified`, apart from everything that says how well the service works.
 */
export function beforeCheck(outcome: IntakeOutcome, fromKnownSender: boolean): IntakeOutcome {
  const couldBeOurs = FAILED.has(outcome) || outcome === 'payload_too_large';
  return couldBeOurs && !fromKnownSender ? 'unverified' : outcome;
}

/** The outcome that an error represents. */
export function outcomeOf(error: unknown): IntakeOutcome {
  if (error instanceof SignatureRefused) return error.outcome;
  if (!(error instanceof DomainError)) return 'error';
  switch (error.code) {
    case 'invalid_event':
    case 'method_not_allowed':
    case 'payload_too_large':
    case 'unsupported_media_type':
    case 'rate_limited':
      return error.code;
    case 'request_aborted':
      return 'aborted';
    case 'database_unavailable':
    case 'intake_overloaded':
    case 'shutting_down':
    case 'not_ready':
      return 'unavailable';
    default:
      return 'error';
  }
}

const REFUSED = {
  signature_missing: 'the Typeform-Signature header is missing: set a secret for the webhook at Typeform',
  signature_malformed: 'the Typeform-Signature header must be sha256= followed by the base64 of an HMAC-SHA256',
  signature_mismatch: 'the Typeform-Signature header does not match the body and the secret of this endpoint',
  // The same words: whether there is such a webhook is nobody's business.
  unknown_endpoint: 'the Typeform-Signature header does not match the body and the secret of this endpoint',
} as const;

/** 401 of the webhook endpoints. The answer does not tell an unknown endpoint from a wrong secret; metrics and log do. */
export class SignatureRefused extends DomainError {
  constructor(readonly outcome: keyof typeof REFUSED) {
    super('invalid_signature', REFUSED[outcome]);
  }
}
