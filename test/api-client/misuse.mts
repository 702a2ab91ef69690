/** What does not fit the API: the last two lines do not compile. */
import { createOnboardingClient } from 'typeform-onboarding/client';
const client = createOnboardingClient({ baseUrl: '' });
await client.GET('/v1/inventions');
await client.POST('/v1/api-keys', { body: { name: 'x', role: 'emperor' } });
