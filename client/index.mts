/**
 * The typed client of this service's API: `typeform-onboarding/client`. Its types are generated from the OpenAPI document
 * (`npm run generate:api`); the console uses it too.
 */
import createClient, { type Client, type ClientOptions, mergeHeaders } from 'openapi-fetch';
import type { components, operations, paths } from './schema.mjs';

export type { components, operations, paths };
/** Request and response bodies by name: `Schemas['DeliveryView']`. */
export type Schemas = components['schemas'];
export type OnboardingClient = Client<paths>;

/** The options of `openapi-fetch`, plus an API key. */
export interface OnboardingClientOptions extends ClientOptions {
  /** The service's base URL, without `/v1`. */
  baseUrl: string;
  /** Sent as a bearer token; the console uses a cookie instead. */
  apiKey?: string;
}

/**
 * A client whose methods (`GET`, `POST`, ...) know every route, its parameters and its answers. They resolve to `data` or to `error`, a
 * problem document, and reject only if no response arrives.
 */
export function createOnboardingClient({ apiKey, headers, ...options }: OnboardingClientOptions): OnboardingClient {
  const authorization = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  return createClient<paths>({ ...options, headers: mergeHeaders(authorization, headers) });
}
