/** Thrown by a check that cannot be made because something it builds on is missing; becomes its finding. */
export class CannotCheck extends Error {
  constructor(
    evidence: string,
    readonly remedy: string,
  ) {
    super(evidence);
    this.name = 'CannotCheck';
  }
}
