/** The database, or the way to it, is set up so that this service cannot work: trying again does not help. The message names the remedy. */
export class DatabaseSetupError extends Error {
  /** SQLSTATE "unable to establish connection": while the service runs, this counts as an outage. */
  readonly code = '08001';

  constructor(
    readonly problem: string,
    readonly remedy: string,
    cause?: unknown,
  ) {
    super(`${problem}: ${remedy}`, { cause });
    this.name = 'DatabaseSetupError';
  }
}
