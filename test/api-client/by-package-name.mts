/** What somebody writes with `typeform-onboarding/client`: it runs against the service. */
import { createOnboardingClient, type Schemas } from 'typeform-onboarding/client';

const [baseUrl = '', apiKey = ''] = process.argv.slice(2);
const client = createOnboardingClient({ baseUrl, apiKey });
const made = await client.POST('/v1/api-keys', { body: { name: 'a program', role: 'viewer' } });
const key: Schemas['CreatedApiKeyView'] | undefined = made.data;
const viewer = createOnboardingClient({ baseUrl, apiKey: key?.key, headers: { 'x-request-id': 'of-a-program' } });
const forms = await viewer.GET('/v1/forms', { params: { query: { limit: 1 } } });
const refused = await viewer.POST('/v1/deliveries/replay', { body: { status: 'dead' } });
console.log(JSON.stringify([key?.role, forms.data?.items, refused.error?.code, refused.error?.requestId]));
