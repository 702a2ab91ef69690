/** Which host we call, and with which key. */
import { inspect } from 'node:util';
import type { AppConfig } from '../config/app-config';
import { isAllowedApiUrl } from '../core/typeform-hosts';

/** The key that the local sandbox accepts when TYPEFORM_API_KEY is not set; not a secret. */
export const SANDBOX_API_KEY = 'tfp_sandbox_key';

/** Base URL and key of the Typeform account. The key never appears in logs: it is neither serialised nor inspected. */
export class TypeformAccount {
  /** Without a trailing slash. */
  readonly baseUrl: string;
  readonly #apiKey: string;

  /** Throws for a base URL that is neither a Typeform host nor, where `loopback` allows it, a loopback address. */
  constructor(account: { baseUrl: string; apiKey: string }, rule: { loopback: boolean }) {
    if (!isAllowedApiUrl(account.baseUrl, rule)) throw new Error('TYPEFORM_API_BASE_URL is not a Typeform API host');
    this.baseUrl = account.baseUrl;
    this.#apiKey = account.apiKey;
  }

  get apiKey(): string {
    return this.#apiKey;
  }

  [inspect.custom](): string {
    return `TypeformAccount(${this.baseUrl})`;
  }
}

/** The configured account, or without a key the sandbox at SANDBOX_PORT. */
export function typeformAccount({ environment, typeform, sandboxPort }: AppConfig): TypeformAccount {
  const { apiKey, baseUrl } = typeform;
  const loopback = environment !== 'production';
  if (apiKey !== null) return new TypeformAccount({ baseUrl, apiKey }, { loopback });
  return new TypeformAccount({ baseUrl: `http://127.0.0.1:${sandboxPort}`, apiKey: SANDBOX_API_KEY }, { loopback });
}
