/** Which callback URLs Typeform may be given. Pure. */
import { DomainError } from '../core/problem';
import { isLocalAddress, PUBLIC_URL_REMEDY } from '../core/public-address';

/** URL parsers drop line ends and tabs, wherever they are: what was meant is not what would be registered. */
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f]/;
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** The endpoint that receives a webhook's deliveries, in normal form. */
export function endpointUrl(publicUrl: string, webhookId: string): string {
  return new URL(`${publicUrl}/webhooks/typeform/${webhookId}`).href;
}

export interface CallbackRule {
  publicUrl: string;
  production: boolean;
  foreignAllowed: boolean;
  /** Whether Typeform itself delivers, and not the sandbox. */
  realAccount: boolean;
}

/**
 * Checks a callback URL: https (http for loopback addresses outside production), no credentials, no fragment, below PUBLIC_URL
 * unless `foreignAllowed`, and for a real account a public address. Returns it in normal form, which is what was checked: parsers
 * read `\` differently. Throws `validation_failed` with path `url`.
 */
export function checkCallbackUrl(text: string, rule: CallbackRule): string {
  const refuse = (message: string): never => {
    throw new DomainError('validation_failed', 'the request is not valid', { errors: [{ path: 'url', message }] });
  };
  if (CONTROL_CHARACTER.test(text)) {
    return refuse('url must not contain line ends, tabs or other control characters: send it as one line');
  }
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
  if (rule.realAccount && isLocalAddress(url)) return refuse(`Typeform cannot reach ${url.host}: ${PUBLIC_URL_REMEDY}`);
  return url.href;
}
