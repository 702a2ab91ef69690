import { compareWebhook, statusOfDrift, WebhookSettings } from './webhook-state';

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
