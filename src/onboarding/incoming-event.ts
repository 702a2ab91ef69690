/** An event as the inbox hands it over. */
export interface IncomingEvent {
  eventId: string;
  eventType: string;
  formId: string;
  receivedAt: Date;
  payload: Buffer;
}
