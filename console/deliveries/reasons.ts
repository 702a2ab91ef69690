/** Why a delivery is where it is, in words; the code stands beside them. */
const REASONS: Record<string, string> = {
  unknown_event_type: 'This version does not know this kind of event. Update the service, then replay.',
  expired: 'Its retention period had ended when it arrived. Responses that retention removed do not come back.',
  form_paused: 'The form was paused when it came. Activate the form, then replay.',
  erased: 'It was erased on request. It cannot come back.',
  too_old: 'It is older than the age limit, so it waits for somebody to look at it. Replay processes it.',
  in_the_future: 'It is dated in the future. Check the clock of this service, then replay.',
  event_id_conflict: 'Its event id came before with another body. Compare both, then replay.',
  superseded: 'A newer version of the same submission is stored instead.',
  truncated: 'The submission is very large: the response holds a part, the payload everything.',
};

const FAILURES: Record<string, string> = {
  invalid_event: 'The body is not what Typeform sends. Look at the payload.',
  data_rejected: 'The database refused a value. A release that can store it is needed; then replay.',
  constraint: 'A rule of the database refused it; each attempt names the rule. Remove the cause, then replay.',
  contention: 'Others were changing the same records at that moment.',
  lock_timeout: 'Somebody held the records it needs for too long.',
  too_slow: 'It took longer than one delivery may take.',
  out_of_resources: 'The database ran out of space or connections. Make room, then replay.',
  connection_lost: 'The connection to the database was lost twice while this one was processed alone.',
  internal_error: 'Something unexpected failed. The log of the service says what, under the event id.',
};

export function reasonInWords(reason: string, eventType?: string): string {
  // What the Test button sends: every version keeps it until it is erased, and none makes a client of it.
  if (eventType === 'webhook_test' && reason !== 'erased')
    return 'A test of the webhook. It arrived and is kept; it makes no client.';
  return REASONS[reason] ?? reason.replaceAll('_', ' ');
}
export const failureInWords = (code: string): string => FAILURES[code] ?? code.replaceAll('_', ' ');
