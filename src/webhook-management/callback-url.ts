/** Which callback URLs Typeform may be given. Pure. */
import { DomainError } from '../core/problem';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** The endpoint that receives a webhook's deliveries. */
export function endpointUrl(publicUrl: string, webhookId: string): string {
  return `${publicUrl}/webhooks/typeform/${webhookId}`;
}

/**
 * Checks a callback URL: https (http for loopback addresses outside production), no credentials, no fragment, and below PUBLIC_URL
 * unless `foreignAllowed`. Throws `validation_failed` with path `url`.
 */
export function checkCallbackUrl(
  text: string,
  rule: { publicUrl: string; production: boolean; foreignAllowed: boolean },
): void {
  const refuse = (message: string): never => {
    throw new DomainError('validation_failed', 'the request is not valid', { errors: [{ path: 'url', message }] });
  };
  if (!URL.canParse(text)) return refuse('url must be an absolute URL');
  const url = new URL(text);
  const localHttp = !rule.production && url.protocol === 'http:' && LOOPBACK.includes(url.hostname);
  if (url.protocol !== 'https:' && !localHttp) return refuse('url must be https');
  if (url.username !== '' || url.password !== '') return refuse('url must not contain credentials');
  if (url.hash !== '') return refuse('url must not have a fragment');
  const base = new URL(`${rule.publicUrl}/`);
  const below = url.origin === base.origin && url.pathname.startsWith(base.pathname);
  if (!below && !rule.foreignAllowed) {
    return refuse(`url must be below ${rule.publicUrl} (or send "allowForeignUrl": true)`);
  }
}
