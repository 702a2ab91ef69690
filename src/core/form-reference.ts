/**
 * How an admin may refer to a form: by its id, or by any link to it that Typeform shows.
 * Sources: Typeform's respondent links (`https://form.typeform.com/to/<id>`, `https://<account>.typeform.com/to/<id>`) and admin
 * links (`https://admin.typeform.com/form/<id>/create`), and the same on the EU domain `typeform.eu`.
 */
import { DomainError } from './problem';

/** 6 to 8 letters and digits today, a number in old accounts; the limits leave a margin on both sides. */
const FORM_ID = /^[A-Za-z0-9]{4,32}$/;
const TYPEFORM_HOST = /^[a-z0-9-]+(\.[a-z0-9-]+)*\.typeform\.(com|eu)$/;
const RESPONDENT_PATH = /^\/to\/([^/]+)\/?$/;
const ADMIN_PATH = /^\/form\/([^/]+)(\/[a-z-]+)*\/?$/;
const WORKSPACE_PATH = /^\/(?:accounts\/[^/]+\/)?workspaces\/[^/]+\/forms?\/([^/]+)(\/[a-z-]+)*\/?$/;

/**
 * The form id in `text`, a request member called `path`. Throws `validation_failed` with a message that says what is allowed: for a
 * host that merely looks like Typeform's, a link inside a longer text, an embed, a short link, a port or credentials.
 */
export function parseFormReference(text: string, path = 'form'): string {
  const trimmed = text.trim();
  if (FORM_ID.test(trimmed)) return trimmed;
  const formId = idInLink(trimmed);
  if (formId === null) {
    throw new DomainError('validation_failed', 'the request is not valid', {
      errors: [
        {
          path,
          message: `must be a form id, or a Typeform link to it like https://form.typeform.com/to/<id> or https://admin.typeform.com/form/<id>/create`,
        },
      ],
    });
  }
  return formId;
}

function idInLink(text: string): string | null {
  if (!/^https:\/\//i.test(text) || !URL.canParse(text)) return null;
  const url = new URL(text);
  if (!TYPEFORM_HOST.test(url.hostname) || url.port !== '' || url.username !== '' || url.password !== '') return null;
  const isAdmin = url.hostname.startsWith('admin.');
  const match = isAdmin
    ? (ADMIN_PATH.exec(url.pathname) ?? WORKSPACE_PATH.exec(url.pathname))
    : RESPONDENT_PATH.exec(url.pathname);
  const id = match?.[1];
  return id !== undefined && FORM_ID.test(id) ? id : null;
}
