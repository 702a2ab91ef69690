/** The reconciler's port to recovery: after a webhook was off, the submissions made meanwhile must be fetched. */
export abstract class MissedSubmissions {
  /** Starts recovering the form's submissions since the last event known to have arrived; returns before it is done. */
  abstract recover(formId: string): Promise<void>;
}
