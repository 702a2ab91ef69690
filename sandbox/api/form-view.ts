import type { FastifyRequest } from 'fastify';
import type { Form } from '../model';
import { toIsoSeconds } from '../time/simulated-clock';

/** The base URL under which the caller reached the sandbox. */
export function originOf(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}`;
}

/** A form as `GET /forms/{id}` shows it (facts, section 7). */
export function formView(form: Form, origin: string): Record<string, unknown> {
  const { id, type, title, fields, hidden, variables, welcome_screens, thankyou_screens, logic, settings } = form;
  return {
    id,
    type,
    title,
    workspace: { href: form.workspaceHref || `${origin}/workspaces/default` },
    theme: { href: `${origin}/themes/default` },
    settings,
    thankyou_screens,
    welcome_screens,
    hidden,
    variables,
    fields,
    logic,
    ...times(form),
    _links: links(form, origin),
  };
}

/** A form as `GET /forms` lists it. */
export function formListItem(form: Form, origin: string): Record<string, unknown> {
  return {
    id: form.id,
    type: form.type,
    title: form.title,
    ...times(form),
    settings: { is_public: form.settings.is_public ?? true, is_trial: false },
    self: { href: `${origin}/forms/${form.id}` },
    theme: { href: `${origin}/themes/default` },
    _links: links(form, origin),
  };
}

function times({ createdAtMs, updatedAtMs }: Form): Record<string, string> {
  return { created_at: toIsoSeconds(createdAtMs), last_updated_at: toIsoSeconds(updatedAtMs) };
}

/** The domain of `responses` is the right host for this form: it differs for accounts of another region. */
function links(form: Form, origin: string): Record<string, string> {
  return {
    display: `https://form.typeform.com/to/${form.id}`,
    responses: `${form.responsesBaseUrl ?? origin}/forms/${form.id}/responses`,
  };
}
