/** What it means when a variable is not set, in words for people. */
const NOT_SET: Readonly<Record<string, string>> = {
  MANAGEMENT_PORT: 'not set: probes and metrics are on PORT',
  REDIS_URL: 'not set: each process counts its own rate limits',
  OIDC_ISSUER: 'not set: people sign in to the console with an API key',
  OIDC_CLIENT_ID: 'not set: no single sign-on',
  OIDC_CLIENT_SECRET: 'not set: no single sign-on',
  OIDC_ROLES: 'not set: no single sign-on',
  TYPEFORM_API_KEY: 'not set: outside production the sandbox stands in for Typeform',
  TYPEFORM_WEBHOOK_SECRET_PREVIOUS: 'not set: only TYPEFORM_WEBHOOK_SECRET is accepted',
  PUBLIC_URL: 'not set: webhooks get the local address, which Typeform cannot reach',
  DEFAULT_PHONE_COUNTRY: 'not set: phones need their country code, or a form its own country',
  RELEASE_TAG: 'not set: no tag to compare with',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'not set: tracing is off',
};

/** In words for people; never empty. */
export function meaningOfNotSet(name: string): string {
  return NOT_SET[name] ?? 'not set';
}
