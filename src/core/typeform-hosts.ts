/** The only hosts that a Typeform API key is ever sent to. */

/** United States; EU accounts made before August 2025; EU accounts made since. */
export const TYPEFORM_HOSTS: readonly string[] = ['api.typeform.com', 'api.eu.typeform.com', 'api.typeform.eu'];

/** Where a sandbox may listen; outside production only. */
export const LOOPBACK_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/** True for `https://` and one of Typeform's API hosts at its root, and for any loopback address when `loopback` allows it. */
export function isAllowedApiUrl(text: string, { loopback }: { loopback: boolean }): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, port, pathname } = new URL(text);
  if (LOOPBACK_HOSTS.includes(hostname)) return loopback && /^https?:$/.test(protocol);
  return protocol === 'https:' && port === '' && pathname === '/' && TYPEFORM_HOSTS.includes(hostname);
}

/** True for an account at Typeform itself; false for the sandbox, which needs no key and reaches loopback addresses. */
export function isRealAccount({ apiKey, baseUrl }: { apiKey: string | null | undefined; baseUrl: string }): boolean {
  return Boolean(apiKey) && !LOOPBACK_HOSTS.includes(new URL(baseUrl).hostname);
}
