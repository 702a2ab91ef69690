import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { FormDefinition, formFrom } from '../forms/form-definition';
import type { Form } from '../model';
import type { Random } from '../random';
import type { Store } from '../store';
import type { SimulatedClock } from '../time/simulated-clock';
import { formNotFound, fromZod, invalid } from './api-error';
import { endpoints, type Gate } from './api-server';
import { formListItem, formView, originOf } from './form-view';

interface FormsParts {
  gate: Gate;
  store: Store;
  clock: SimulatedClock;
  ids: Random;
}

const FormPath = z.object({ formId: z.string() });
const ListQuery = z.object({
  page: z.coerce.number().int().min(1).default(1),
  page_size: z.coerce.number().int().min(1).max(200).default(10),
  search: z.string().optional(),
  workspace_id: z.string().optional(),
});
const Patch = z.array(
  z.object({
    op: z.enum(['add', 'remove', 'replace']),
    path: z.string().regex(/^\/(title|theme|workspace|cui_settings|settings(\/\w+)?)$/, 'cannot be patched'),
    value: z.unknown(),
  }),
);

/** The form of a call's path. @throws ApiError 404 FORM_NOT_FOUND */
export function formOf(store: Store, request: FastifyRequest): Form {
  const { formId } = FormPath.parse(request.params);
  const form = store.form(formId);
  if (!form) throw formNotFound(formId);
  return form;
}

/** The forms part of the Create API (facts, section 7, and the calls that Typeform's client makes). */
export function formsApi(app: FastifyInstance, { gate, store, clock, ids }: FormsParts): void {
  const definitionOf = (request: FastifyRequest): FormDefinition => {
    const parsed = FormDefinition.safeParse(request.body);
    if (!parsed.success) throw fromZod(parsed.error, 'body');
    return parsed.data;
  };

  endpoints(app, gate, '/forms', {
    GET: { scope: 'forms:read', handle: (request) => listForms(store, request) },
    POST: {
      scope: 'forms:write',
      handle: (request, reply) => {
        const form = formFrom(definitionOf(request), { id: ids.alphanumeric(8), nowMs: clock.nowMs() }, ids);
        store.saveForm(form);
        const location = `${originOf(request)}/forms/${form.id}`;
        return reply
          .status(201)
          .header('Location', location)
          .send(formView(form, originOf(request)));
      },
    },
  });

  endpoints(app, gate, '/forms/:formId', {
    GET: { scope: 'forms:read', handle: (request) => formView(formOf(store, request), originOf(request)) },
    PUT: {
      scope: 'forms:write',
      handle: (request) => {
        const { id, createdAtMs, payloadStyle, responsesBaseUrl, messages } = formOf(store, request);
        const replaced = formFrom(definitionOf(request), { id, nowMs: clock.nowMs() }, ids);
        const form: Form = { ...replaced, createdAtMs, payloadStyle, responsesBaseUrl, messages };
        store.saveForm(form);
        return formView(form, originOf(request));
      },
    },
    PATCH: {
      scope: 'forms:write',
      handle: (request, reply) => {
        store.saveForm({ ...patched(formOf(store, request), request.body), updatedAtMs: clock.nowMs() });
        return reply.status(204).send();
      },
    },
    DELETE: {
      scope: 'forms:write',
      handle: (request, reply) => {
        store.deleteForm(formOf(store, request).id);
        return reply.status(204).send();
      },
    },
  });

  endpoints(app, gate, '/forms/:formId/messages', {
    GET: { scope: 'forms:read', handle: (request) => formOf(store, request).messages },
    PUT: {
      scope: 'forms:write',
      handle: (request, reply) => {
        const messages = z.record(z.string(), z.string()).safeParse(request.body);
        if (!messages.success) throw fromZod(messages.error, 'body');
        store.saveForm({ ...formOf(store, request), messages: messages.data });
        return reply.status(204).send();
      },
    },
  });
}

function listForms(store: Store, request: FastifyRequest): Record<string, unknown> {
  const parsed = ListQuery.safeParse(request.query);
  if (!parsed.success) throw fromZod(parsed.error, 'query');
  const { page, page_size: pageSize, search, workspace_id: workspaceId } = parsed.data;
  const found = store
    .forms()
    .filter((form) => search === undefined || form.title.toLowerCase().includes(search.toLowerCase()))
    .filter((form) => workspaceId === undefined || form.workspaceHref.endsWith(`/${workspaceId}`));
  return {
    total_items: found.length,
    page_count: Math.ceil(found.length / pageSize),
    items: found.slice((page - 1) * pageSize, page * pageSize).map((form) => formListItem(form, originOf(request))),
  };
}

/** Applies the operations of a PATCH: only title and settings have an effect here. @throws ApiError 400 */
function patched(form: Form, body: unknown): Form {
  const operations = Patch.safeParse(body);
  if (!operations.success) throw fromZod(operations.error, 'body');
  return operations.data.reduce((result, { op, path, value }) => {
    if (path === '/title') {
      if (op === 'remove' || typeof value !== 'string' || value === '')
        throw invalid('title', 'must not be empty', 'body');
      return { ...result, title: value };
    }
    const setting = /^\/settings\/(\w+)$/.exec(path)?.[1];
    if (setting === undefined) return result;
    return { ...result, settings: { ...result.settings, [setting]: op === 'remove' ? undefined : value } };
  }, form);
}
