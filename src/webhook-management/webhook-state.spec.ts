import { compareWebhook, endedBy, statusOfDrift, WebhookSettings, withRecorded } from './webhook-state';

const desired: WebhookSettings = {
  url: 'https://hooks.example.com/webhooks/typeform/1',
  enabled: true,
  verifySsl: true,
  eventTypes: { form_response: true, form_response_partial: false },
};

describe('compareWebhook', () => {
  it.each<[string, WebhookSettings | null, string[], string]>([
    ['the same', desired, [], 'in_sync'],
    ['an event type left out that is off', { ...desired, eventTypes: { form_response: true } }, [], 'in_sync'],
    ['nothing there', null, ['existence'], 'missing'],
    ['switched off', { ...desired, enabled: false }, ['enabled'], 'disabled_by_typeform'],
    ['another url', { ...desired, url: 'https://other.example.com' }, ['url'], 'drifted'],
    ['no TLS check', { ...desired, verifySsl: false }, ['verify_ssl'], 'drifted'],
    ['another event type', { ...desired, eventTypes: { form_response_partial: true } }, ['event_types'], 'drifted'],
    ['off and another url', { ...desired, enabled: false, url: 'x' }, ['enabled', 'url'], 'disabled_by_typeform'],
  ])('%s', (_case, observed, fields, status) => {
    const drift = compareWebhook(desired, observed);
    expect(drift.map(({ field }) => field)).toEqual(fields);
    expect(statusOfDrift(drift)).toBe(status);
  });

  it('a webhook that should be off and is on has drifted, but nobody disabled it', () => {
    expect(statusOfDrift(compareWebhook({ ...desired, enabled: false }, desired))).toBe('drifted');
  });
});

describe('what is on record', () => {
  const observed = { url: 'x', enabled: false, verifySsl: false, eventTypes: { form_response_partial: true } };
  const drift = compareWebhook(desired, observed);
  const endedFor = (sent: WebhookSettings, removedAt: Date | null = null): string[] =>
    endedBy({ ...sent, removedAt, drift }).map(({ field }) => field);

  it.each<[string, Partial<WebhookSettings>, string[]]>([
    ['nothing', {}, ['enabled', 'url', 'verify_ssl', 'event_types']],
    ['that it is off', { enabled: false }, ['url', 'verify_ssl', 'event_types']],
    ['the address', { url: 'x' }, ['enabled', 'verify_ssl', 'event_types']],
    ['no TLS check', { verifySsl: false }, ['enabled', 'url', 'event_types']],
    [
      'the event types',
      { eventTypes: { form_response: false, form_response_partial: true } },
      ['enabled', 'url', 'verify_ssl'],
    ],
    ['all of it', observed, []],
  ])('is over unless an admin wants it by now: %s', (_case, wanted, ended) => {
    expect(endedFor({ ...desired, ...wanted })).toEqual(ended);
  });

  it('is not over once the webhook is removed', () => {
    expect(endedFor(desired, new Date(0))).toEqual([]);
  });

  it('stays beside what is found now', () => {
    const found = compareWebhook(desired, { ...desired, url: 'y' });
    const [enabled, , verifySsl, eventTypes] = drift;
    expect(withRecorded({ ...desired, removedAt: null, drift }, found)).toEqual([
      ...found,
      enabled,
      verifySsl,
      eventTypes,
    ]);
  });
});
