import { Injectable } from '@nestjs/common';
import { DomainError } from '../core/problem';
import { TypeformApi } from '../typeform/typeform-api';
import type { ResponseId } from '../onboarding/stored-response';
import type { FailedDeletionView, RemoteDeletionView } from './erasure.dto';

/** A person waits, and perhaps a proxy: the forms that are left after this time are reported as failed. */
const TIME_LIMIT_MS = 30_000;

/** Asks Typeform to delete responses, form by form. */
@Injectable()
export class RemoteDeletion {
  constructor(private readonly typeform: TypeformApi) {}

  /** Never throws because of Typeform: a failed form is reported, and the others are still tried. */
  async request(responses: readonly ResponseId[]): Promise<RemoteDeletionView> {
    const signal = AbortSignal.timeout(TIME_LIMIT_MS);
    const failed: FailedDeletionView[] = [];
    let requested = 0;
    const tokens = new Map<string, string[]>();
    for (const { formId, token } of responses) tokens.set(formId, [...(tokens.get(formId) ?? []), token]);
    for (const [formId, ids] of tokens) {
      try {
        signal.throwIfAborted();
        await this.typeform.deleteResponses(formId, ids, { priority: 'interactive', signal });
        requested += ids.length;
      } catch (error) {
        failed.push({ formId, tokens: ids, ...explain(error, signal) });
      }
    }
    return { requested, failed };
  }
}

function explain(error: unknown, signal: AbortSignal): Omit<FailedDeletionView, 'formId' | 'tokens'> {
  if (error instanceof DomainError) return { code: error.code, detail: error.message };
  if (!signal.aborted) throw error;
  return { code: 'typeform_timeout', detail: `not attempted within ${TIME_LIMIT_MS / 1000} s: call again` };
}
