/** The outcome of processing an event. */
export interface EventOutcome {
  eventId: string;
  status: 'processed' | 'ignored';
  /** Why it was ignored, that a newer version of its response is stored, or that only a part of it is. */
  reason: 'unknown_event_type' | 'form_paused' | 'expired' | 'superseded' | 'truncated' | null;
}
