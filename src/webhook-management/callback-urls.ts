import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/app-config';
import { DomainError } from '../core/problem';
import { problemOfPublicUrl } from '../core/public-address';
import { isRealAccount } from '../core/typeform-hosts';
import { PublicUrl } from '../rest/public-url';
import { checkCallbackUrl } from './callback-url';

/** Where Typeform may be told to deliver, given how this service is configured. */
@Injectable()
export class CallbackUrls {
  constructor(
    private readonly config: AppConfig,
    private readonly publicUrl: PublicUrl,
  ) {}

  /**
   * A request to register, with its url in normal form. Throws `validation_failed` for a url that is not allowed, and where the default
   * would be one that Typeform cannot reach.
   */
  forRegistration<Body extends { url?: string; allowForeignUrl: boolean }>(body: Body): Body {
    if (body.url !== undefined) return this.forChange(body);
    const problem = this.problemOfDefault();
    if (problem === null) return body;
    throw new DomainError('validation_failed', 'the request is not valid', {
      errors: [{ path: 'url', message: `PUBLIC_URL ${problem}` }],
    });
  }

  /** A request to change a webhook, with its url, if it has one, in normal form. Throws `validation_failed`. */
  forChange<Body extends { url?: string; allowForeignUrl: boolean }>(body: Body): Body {
    if (body.url === undefined) return body;
    const url = checkCallbackUrl(body.url, {
      publicUrl: this.publicUrl.value,
      production: this.config.environment === 'production',
      foreignAllowed: body.allowForeignUrl,
      realAccount: isRealAccount(this.config.typeform),
    });
    return { ...body, url };
  }

  /** Why Typeform itself could not deliver to this service's own endpoints; null when it may, and for the sandbox. */
  problemOfDefault(): string | null {
    return isRealAccount(this.config.typeform) ? problemOfPublicUrl(this.config.http.publicUrl) : null;
  }
}
