/** Which host keeps a form's responses. Any other host answers with empty lists instead of an error (typeform.md section 5). Pure. */
import { LOOPBACK_HOSTS, TYPEFORM_HOSTS } from '../core/typeform-hosts';
import { TypeformError } from './typeform-error';

/**
 * Throws TypeformError `WRONG_REGION` when a form's `_links.responses` names another API host than `baseUrl`. A link that is
 * missing, or does not point to a known API host, proves nothing and passes.
 */
export function requireRegion(responsesLink: string | null, baseUrl: string): void {
  if (responsesLink === null || !URL.canParse(responsesLink)) return;
  const home = new URL(responsesLink);
  if (home.host === new URL(baseUrl).host || !isApiHost(home.hostname)) return;
  const remedy = `set TYPEFORM_API_BASE_URL=${home.origin}`;
  const message = `the responses of this form are kept at ${home.host}, and ${new URL(baseUrl).host} would show none: ${remedy}`;
  throw new TypeformError(message, { failure: 'wrong_region', remoteStatus: 200, remoteCode: 'WRONG_REGION' });
}

function isApiHost(hostname: string): boolean {
  return TYPEFORM_HOSTS.includes(hostname) || LOOPBACK_HOSTS.includes(hostname);
}
