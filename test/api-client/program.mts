/**
 * What somebody writes with a client generated from the OpenAPI document: it calls every operation. A new operation does not compile
 * here until it is used.
 */
import createClient from 'openapi-fetch';
import type { components, operations, paths } from './schema.js';

const client = createClient<paths>({ baseUrl: 'http://127.0.0.1:3000', headers: { authorization: 'Bearer key' } });

/** What an operation answers when all is well. */
type Succeeded<Id extends keyof operations> = {
  [Status in keyof operations[Id]['responses'] & (200 | 201 | 202)]: operations[Id]['responses'][Status] extends {
    content: Record<string, infer Content>;
  }
    ? Content
    : never;
}[keyof operations[Id]['responses'] & (200 | 201 | 202)];

type Program = { [Id in keyof operations]: () => Promise<Succeeded<Id> | undefined> };

const id = '8d3c6b1e-5a0e-4c39-9d51-0a7f5d3f7c10';
const byId = { params: { path: { id } } };
const byForm = { params: { path: { formId: 'lT4Z3j' } } };
const byLine = { params: { path: { id: 'code.review' } } };
const byEvent = { params: { path: { eventId: '01J9Z3T7Q6A0F4V5K8M2N1P7RS' } } };
const signature = { 'Typeform-Signature': 'sha256=...' };
const since = '2026-01-31T08:00:00Z';

export const program: Program = {
  receiveEvent: async () =>
    (await client.POST('/webhooks/typeform', { params: { header: signature }, body: { event_id: 'x' } })).data,
  receiveWebhookEvent: async () =>
    (
      await client.POST('/webhooks/typeform/{webhookId}', {
        params: { header: signature, path: { webhookId: id } },
        body: { event_id: 'x' },
      })
    ).data,

  checkLiveness: async () => (await client.GET('/health/live')).data,
  checkReadiness: async () => {
    const { data, error } = await client.GET('/health/ready');
    // 503 names what is down.
    for (const [part, { status }] of Object.entries(error?.error ?? {})) console.log(part, status);
    return data;
  },
  checkStartup: async () => (await client.GET('/health/startup')).data,

  registerWebhook: async () => {
    const { data, error } = await client.POST('/v1/webhooks', { body: { form: 'lT4Z3j' } });
    for (const { path, message } of error?.errors ?? []) console.log(path, message);
    const [drift] = data?.drift ?? [];
    if (typeof drift?.desired === 'boolean') console.log(drift.field, drift.desired);
    return data;
  },
  listWebhooks: async () => (await client.GET('/v1/webhooks', { params: { query: { status: 'in_sync' } } })).data,
  getWebhook: async () => (await client.GET('/v1/webhooks/{id}', byId)).data,
  updateWebhook: async () => (await client.PATCH('/v1/webhooks/{id}', { ...byId, body: { enabled: false } })).data,
  removeWebhook: async () => void (await client.DELETE('/v1/webhooks/{id}', byId)),
  rotateWebhookSecret: async () => (await client.POST('/v1/webhooks/{id}/rotate-secret', { ...byId, body: {} })).data,
  testWebhook: async () => (await client.POST('/v1/webhooks/{id}/test', byId)).data,
  reconcileWebhook: async () => (await client.POST('/v1/webhooks/{id}/reconcile', byId)).data,
  reconcileWebhooks: async () => (await client.POST('/v1/webhooks/reconcile')).data,

  listForms: async () => (await client.GET('/v1/forms')).data,
  getForm: async () => (await client.GET('/v1/forms/{formId}', byForm)).data,
  updateForm: async () => {
    const body = {
      status: 'paused',
      retentionDays: null,
      phoneCountry: 'DE',
      identifierMapping: { phone: null },
    } as const;
    return (await client.PATCH('/v1/forms/{formId}', { ...byForm, body })).data;
  },
  previewMapping: async () =>
    (
      await client.POST('/v1/forms/{formId}/mapping-preview', {
        ...byForm,
        body: { identifierMapping: { email: 'mail' } },
      })
    ).data,
  reprocessForm: async () => (await client.POST('/v1/forms/{formId}/reprocess', byForm)).data,
  removeVerificationForm: async () => (await client.DELETE('/v1/forms/{formId}', byForm)).data,
  listRetention: async () => (await client.GET('/v1/retention')).data,

  listDeliveries: async () => {
    const first = await client.GET('/v1/deliveries', {
      params: { query: { limit: 10, status: 'dead,retrying', since } },
    });
    const cursor = first.data?.nextCursor ?? undefined;
    return (await client.GET('/v1/deliveries', { params: { query: { cursor } } })).data;
  },
  getDelivery: async () => (await client.GET('/v1/deliveries/{eventId}', byEvent)).data,
  getDeliveryPayload: async () => (await client.GET('/v1/deliveries/{eventId}/payload', byEvent)).data,
  replayDelivery: async () => (await client.POST('/v1/deliveries/{eventId}/replay', byEvent)).data,
  replayDeliveries: async () => {
    const { data } = await client.POST('/v1/deliveries/replay', { body: { status: 'dead' } });
    if (data && 'jobId' in data) console.log(data.jobId);
    else console.log(data?.queued);
    return data;
  },

  listResponses: async () => {
    const { data } = await client.GET('/v1/responses', { params: { query: { q: 'lovelace', test: 'false' } } });
    const response: components['schemas']['ResponseView'] | undefined = data?.items[0];
    for (const { title, value } of response?.answers ?? []) {
      if (typeof value === 'string') console.log(title, value.toUpperCase());
      else if (typeof value === 'object' && 'label' in value) console.log(title, value.label);
    }
    console.log(response?.identifiers.email?.value, response?.hidden.utm_source, response?.variables[0]?.key);
    return data;
  },
  getResponse: async () =>
    (await client.GET('/v1/responses/{formId}/{token}', { params: { path: { formId: 'lT4Z3j', token: 'a3a' } } })).data,
  exportResponses: async () =>
    (await client.GET('/v1/responses/export', { params: { query: { format: 'csv' } }, parseAs: 'text' })).data,

  listClients: async () =>
    (await client.GET('/v1/clients', { params: { query: { email: 'ada@example.com', conflict: false } } })).data,
  getClient: async () => (await client.GET('/v1/clients/{id}', byId)).data,
  correctClient: async () => {
    const identifiers = { lastName: 'Garcia', company: null, city: { reset: true } } as const;
    return (await client.PATCH('/v1/clients/{id}', { ...byId, body: { identifiers } })).data;
  },
  mergeClient: async () => (await client.POST('/v1/clients/{id}/merge', { ...byId, body: { otherId: id } })).data,
  splitClient: async () =>
    (
      await client.POST('/v1/clients/{id}/split', {
        ...byId,
        body: { responses: [{ formId: 'lT4Z3j', token: 'a3a' }] },
      })
    ).data,
  eraseClient: async () =>
    (await client.DELETE('/v1/clients/{id}', { params: { path: { id }, query: { atTypeform: true } } })).data,

  eraseResponse: async () =>
    (await client.DELETE('/v1/responses/{formId}/{token}', { params: { path: { formId: 'lT4Z3j', token: 'a3a' } } }))
      .data,
  eraseDelivery: async () => (await client.DELETE('/v1/deliveries/{eventId}', byEvent)).data,
  searchDataSubject: async () => {
    const { data } = await client.POST('/v1/data-subjects/search', { body: { email: 'ada@example.com' } });
    for (const { eventId, status, reason } of data?.events ?? []) console.log(eventId, status, reason);
    return data;
  },
  eraseDataSubject: async () => {
    const body = { email: 'ada@example.com', responses: [{ formId: 'lT4Z3j', token: 'a3a' }], preview: true };
    const { data } = await client.POST('/v1/data-subjects/erase', { body });
    console.log(data?.events, data?.atTypeform?.failed[0]?.tokens);
    return data;
  },
  listErasures: async () => (await client.GET('/v1/erasures')).data,

  startBackfill: async () => (await client.POST('/v1/backfills', { body: { formId: 'lT4Z3j', since } })).data,
  listBackfills: async () => (await client.GET('/v1/backfills')).data,
  getBackfill: async () => (await client.GET('/v1/backfills/{id}', byId)).data,
  listTypeformForms: async () =>
    (await client.GET('/v1/typeform/forms', { params: { query: { q: 'onboarding' } } })).data,
  reportCompleteness: async () => {
    const { data } = await client.GET('/v1/completeness', { params: { query: { formId: 'lT4Z3j', since } } });
    for (const { formId, verdict, missing, check } of data?.items ?? [])
      console.log(formId, verdict, missing, check?.status);
    return data;
  },
  checkCompleteness: async () => (await client.POST('/v1/completeness', { body: {} })).data,
  listJobs: async () => (await client.GET('/v1/jobs', { params: { query: { kind: 'replay' } } })).data,
  getJob: async () => (await client.GET('/v1/jobs/{id}', byId)).data,
  getOverviewSeries: async () => {
    const { data } = await client.GET('/v1/overview/series', { params: { query: { window: '7d', buckets: 14 } } });
    for (const { at, received, failed } of data?.buckets ?? []) console.log(at, received + failed);
    return data;
  },
  getOverview: async () => (await client.GET('/v1/overview', { params: { query: { window: '15m' } } })).data,

  getConfiguration: async () => {
    const { data } = await client.GET('/v1/configuration');
    for (const { name, value, source, meaning } of data?.settings ?? []) console.log(name, value ?? meaning, source);
    return data;
  },
  getVersion: async () => {
    const { data } = await client.GET('/v1/version');
    console.log(data?.migrations.applied[0]?.appliedAt, data?.migrations.pending.length);
    return data;
  },
  getSetup: async () => {
    const { data } = await client.GET('/v1/setup');
    for (const { title, status, evidence, remedy } of data?.steps ?? []) console.log(title, status, remedy ?? evidence);
    return data;
  },
  getSingleSignOn: async () => {
    const { data } = await client.GET('/v1/single-sign-on');
    console.log(data?.settings?.roles.admin, data?.settings?.provider.problem, data?.lastSignInAt);
    return data;
  },
  getChecklist: async () => {
    const { data } = await client.GET('/v1/checklist');
    const lines = data?.sections.flatMap(({ groups }) => groups.flatMap((group) => group.lines)) ?? [];
    for (const { id: line, status, findings, signature } of lines)
      console.log(line, status, findings[0]?.evidence, signature?.by);
    return data;
  },
  signChecklistLine: async () => {
    const body = { by: 'Ada Lovelace', result: 'yes', note: 'two pairs of eyes' } as const;
    return (await client.POST('/v1/checklist/lines/{id}/signature', { ...byLine, body })).data;
  },
  withdrawChecklistSignature: async () => void (await client.DELETE('/v1/checklist/lines/{id}/signature', byLine)),
  fillChecklistBlank: async () =>
    (await client.PATCH('/v1/checklist/lines/{id}', { ...byLine, body: { value: '2026-12-01' } })).data,

  listAuditEntries: async () => {
    const { data } = await client.GET('/v1/audit', { params: { query: { action: 'form.updated', since } } });
    console.log(data?.items[0]?.details.status);
    return data;
  },
  exportAuditLog: async () =>
    (await client.GET('/v1/audit/export', { params: { query: { format: 'csv', since } }, parseAs: 'text' })).data,
  verifyAuditLog: async () => (await client.GET('/v1/audit/verify')).data,
  createApiKey: async () => (await client.POST('/v1/api-keys', { body: { name: 'reporting', role: 'viewer' } })).data,
  listApiKeys: async () => (await client.GET('/v1/api-keys')).data,
  startSession: async () => (await client.POST('/v1/session', { body: { apiKey: 'tfo_0f8b' } })).data,
  getSession: async () => (await client.GET('/v1/session')).data,
  streamChanges: async () => (await client.GET('/v1/stream', { parseAs: 'text' })).data,
  endSession: async () => void (await client.DELETE('/v1/session', { params: { query: { everywhere: 'true' } } })),
  revokeApiKey: async () => void (await client.DELETE('/v1/api-keys/{id}', byId)),
};
