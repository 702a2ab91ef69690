import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Submission } from '../model';
import type { Random } from '../random';
import type { SandboxSettings } from '../settings';
import type { Store } from '../store';
import type { SimulatedClock } from '../time/simulated-clock';
import { ApiError, fromZod } from './api-error';
import { endpoints, type Gate } from './api-server';
import { markDeleted } from './responses-api';

interface AccountParts {
  gate: Gate;
  store: Store;
  clock: SimulatedClock;
  settings: SandboxSettings;
  ids: Random;
  accountId: string;
}

const Emails = z.array(z.email()).min(1);

/** The owner of the token, and the right to be forgotten (facts, section 6). */
export function accountApi(app: FastifyInstance, parts: AccountParts): void {
  const { gate, store, clock, settings, ids, accountId } = parts;

  endpoints(app, gate, '/me', {
    GET: {
      scope: 'accounts:read',
      handle: () => ({ user_id: accountId, alias: 'Sandbox', email: 'owner@example.com', language: 'en' }),
    },
  });

  endpoints(app, gate, '/rtbf/:accountId/responses', {
    DELETE: {
      scope: 'responses:write',
      handle: (request) => {
        const path = z.object({ accountId: z.string() }).parse(request.params);
        if (path.accountId !== accountId) throw new ApiError(403, 'FORBIDDEN', 'The account is not yours');
        const emails = Emails.safeParse(request.body);
        if (!emails.success) throw fromZod(emails.error, 'body');
        const wanted = emails.data.map((email) => email.toLowerCase());
        const deletedAtMs = clock.nowMs() + settings.deletionSeconds * 1000;
        const affected = store.forms().filter((form) => {
          const found = store.responses(form.id).filter(({ submission }) => names(submission, wanted));
          found.forEach((response) => markDeleted(response, deletedAtMs));
          return found.length > 0;
        });
        return affected.map(() => ids.uuid());
      },
    },
  });
}

/**
 * Typeform's documentation: a text answer that contains one of the e-mails, or an email answer, hidden field or text
 * variable that equals one, in any case of letters. The call answers with the ids of its asynchronous jobs.
 */
function names({ answers, hidden, variables }: Submission, emails: string[]): boolean {
  const equal = [
    ...answers.filter(({ type }) => type === 'email').map(({ email }) => email),
    ...Object.values(hidden ?? {}),
    ...(variables ?? []).map((variable) => (variable.type === 'text' ? variable.text : '')),
  ].map((value) => String(value).toLowerCase());
  const texts = answers.filter(({ type }) => type === 'text').map(({ text }) => String(text).toLowerCase());
  return emails.some((email) => equal.includes(email) || texts.some((text) => text.includes(email)));
}
