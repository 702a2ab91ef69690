/** Whether the service talks to a real account at Typeform: only then can anything here stand for a test with the real API. */
import { TYPEFORM_HOSTS } from '../../../core/typeform-hosts';
import { passed } from '../../check';
import { Evidence, unclear } from './evidence';

/** `apiUrl`: where Typeform's API is; null when no key is configured and the sandbox stands in. */
export function realAccountEvidence(apiUrl: string | null): Evidence {
  return {
    id: 'evidence.real-account',
    severity: 'block',
    title: 'a real Typeform account',
    run: () => {
      const host = apiUrl === null ? null : new URL(apiUrl).hostname;
      if (host !== null && TYPEFORM_HOSTS.includes(host)) return passed(`an API key for ${host} is configured`);
      return unclear(
        `the API is ${host ?? 'the built-in sandbox'}`,
        'configure TYPEFORM_API_KEY, or test with the real API and sign for it',
      );
    },
  };
}
