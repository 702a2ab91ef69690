/** What the reconciler asks for when a webhook was off: somebody must fetch what was submitted meanwhile. */
export abstract class MissedSubmissions {
  /** Starts to recover what the form sent since the last event that is known to have arrived; returns before it is done. */
  abstract recover(formId: string): Promise<void>;
}
