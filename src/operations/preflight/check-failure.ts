/** How a check ends early, and why something failed, as texts for its finding. */

abstract class EndsCheck extends Error {
  /** The message is the evidence of the finding. */
  constructor(
    evidence: string,
    readonly remedy: string,
  ) {
    super(evidence);
    this.name = new.target.name;
  }
}

/** Thrown when something that a check needs is missing: the check is skipped. */
export class CannotCheck extends EndsCheck {}

/** Thrown from deep inside a check that has failed. */
export class CheckFailed extends EndsCheck {}

/** Why something failed, in a few words: its code where it has one, else its message. Connection errors hide both in `cause` or `errors`. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const { code, cause, errors } = error as Error & { code?: unknown; errors?: unknown };
  const [first] = Array.isArray(errors) ? (errors as unknown[]) : [];
  if (first !== undefined) return reasonOf(first);
  if (cause instanceof Error) return reasonOf(cause);
  if (typeof code === 'string' && /^[A-Z_]+$/.test(code)) return code;
  return error.message;
}

/** Our errors say what happened and, after the last colon, the remedy. */
export function splitRemedy(message: string): { evidence: string; remedy: string } {
  const at = message.lastIndexOf(': ');
  return { evidence: message.slice(0, at), remedy: message.slice(at + 2) };
}
