/** The outcome of processing an event. */
export interface EventOutcome {
  eventId: string;
  status: 'processed' | 'ignored';
  /** Why it was ignored, or that a newer version of its response is stored. */
  reason: 'unknown_event_type' | 'form_paused' | 'superseded' | null;
}
