import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Form, Submission } from '../model';
import type { SandboxSettings } from '../settings';
import type { Store, StoredResponse } from '../store';
import type { SimulatedClock } from '../time/simulated-clock';
import { fromZod, validationError } from './api-error';
import { endpoints, type Gate } from './api-server';
import { formOf } from './forms-api';
import { originOf } from './form-view';
import { responseItem } from './response-item';
import { pageOf, ResponseQuery } from './response-query';

interface ResponsesParts {
  gate: Gate;
  store: Store;
  clock: SimulatedClock;
  settings: SandboxSettings;
}

const MAX_DELETED_AT_ONCE = 1000;
const ids = z.union([z.string().transform((text) => text.split(',')), z.array(z.string())]);
/** The documentation says `included_response_ids`, in the query or the body; Typeform's own client `included_tokens`. */
const DeleteInput = z.object({ included_response_ids: ids.optional(), included_tokens: ids.optional() });

/** The Responses API (facts, section 6). */
export function responsesApi(app: FastifyInstance, { gate, store, clock, settings }: ResponsesParts): void {
  endpoints(app, gate, '/forms/:formId/responses', {
    GET: {
      scope: 'responses:read',
      handle: (request) => {
        const form = formOf(store, request);
        const query = ResponseQuery.safeParse(request.query);
        if (!query.success) throw fromZod(query.error, 'query');
        const stored = store.responses(form.id);
        const visible = isOtherRegion(form, request)
          ? []
          : stored.filter((response) => isVisible(response, clock.nowMs(), settings.lagMinutes));
        const page = pageOf(visible.map(submissionOf), stored.map(submissionOf), query.data);
        return { ...page, items: page.items.map((submission) => responseItem(submission, query.data.fields)) };
      },
    },
    DELETE: {
      scope: 'responses:write',
      handle: (request) => {
        const form = formOf(store, request);
        const deletedAtMs = clock.nowMs() + settings.deletionSeconds * 1000;
        for (const id of idsToDelete(request)) markDeleted(store.response(form.id, id), deletedAtMs);
        return {};
      },
    },
  });
}

/** Marks a response for deletion at a later time of the clock. An unknown one is ignored, as documented. */
export function markDeleted(response: StoredResponse | undefined, deletedAtMs: number): void {
  if (response) response.deletedAtMs ??= deletedAtMs;
}

function idsToDelete(request: FastifyRequest): string[] {
  const inQuery = DeleteInput.safeParse(request.query);
  const inBody = DeleteInput.safeParse(request.body ?? {});
  if (!inQuery.success) throw fromZod(inQuery.error, 'query');
  if (!inBody.success) throw fromZod(inBody.error, 'body');
  const field = 'included_response_ids';
  const wanted = [inQuery.data, inBody.data].flatMap((input) => input[field] ?? input.included_tokens ?? []);
  if (wanted.length === 0 || wanted.length > MAX_DELETED_AT_ONCE) {
    const description = `must hold 1 to ${MAX_DELETED_AT_ONCE} response ids`;
    throw validationError([{ code: 'INVALID', description, field, in: 'query' }]);
  }
  return wanted;
}

function submissionOf({ submission }: StoredResponse): Submission {
  return submission;
}

/** Submissions of the last ~30 minutes are missing; deleted ones vanish after a while. */
function isVisible({ submission, deletedAtMs }: StoredResponse, nowMs: number, lagMinutes: number): boolean {
  const arrivedAtMs = submission.type === 'started' ? submission.landedAtMs : submission.submittedAtMs;
  return arrivedAtMs + lagMinutes * 60_000 <= nowMs && (deletedAtMs === undefined || nowMs < deletedAtMs);
}

/** A caller at the wrong host gets empty lists, not an error (facts, section 5). */
function isOtherRegion({ responsesBaseUrl }: Form, request: FastifyRequest): boolean {
  return responsesBaseUrl !== undefined && new URL(responsesBaseUrl).origin !== originOf(request);
}
