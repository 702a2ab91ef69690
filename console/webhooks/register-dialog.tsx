import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, ask, type Schemas } from '../api/client';
import { ConfirmDialog } from '../shared/confirm-dialog';
import { SearchBox } from '../shared/filters';
import { Loading, Problem } from '../shared/states';
import css from './register-dialog.module.css';
import { PRESENT, webhooksOf } from './webhook-lists';

/** Chooses a form of the Typeform account and has its submissions sent here. */
export function RegisterDialog({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [q, setQ] = useState('');
  const [picked, setPicked] = useState('');
  const [tag, setTag] = useState('onboarding');
  const [partials, setPartials] = useState(false);
  const forms = useQuery({
    queryKey: ['typeform-forms', q],
    queryFn: () => ask(api.GET('/v1/typeform/forms', { params: { query: { limit: 20, ...(q && { q }) } } })),
    staleTime: 30_000,
  });
  // What the search hides is not chosen.
  const formId = forms.data?.items.find((each) => each.formId === picked)?.formId ?? '';
  const webhooks = useQuery(webhooksOf(PRESENT));
  const registered = webhooks.data?.items ?? [];
  const existing = registered.find((each) => each.formId === formId && each.tag === tag);
  const open = (webhookId: string) => navigate({ to: '/webhooks/$webhookId', params: { webhookId } });
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title="Register a webhook"
      action={existing ? 'Open' : 'Register'}
      notYet={formId === '' || tag === '' || webhooks.isPending}
      onConfirm={async () => {
        if (existing) return open(existing.id);
        const eventTypes = { form_response: true, ...(partials && { form_response_partial: true }) };
        const made = await ask(api.POST('/v1/webhooks', { body: { form: formId, tag, eventTypes } }));
        await queries.invalidateQueries({ queryKey: ['webhooks'] });
        await queries.invalidateQueries({ queryKey: ['forms'] });
        await open(made.id);
      }}
    >
      <SearchBox label="Find a form of the account" value={q} onSearch={(text) => setQ(text.trim())} />
      {forms.isPending && <Loading what="Asking Typeform" />}
      {forms.isError && <Problem error={forms.error} retry={() => void forms.refetch()} />}
      {forms.data?.items.length === 0 && <p className="muted">The account has no such form.</p>}
      {forms.data && forms.data.items.length > 0 && (
        <fieldset className={css.forms}>
          <legend className="visually-hidden">Form</legend>
          {forms.data.items.map((form) => (
            <label key={form.formId} className="check">
              <input
                type="radio"
                name="form"
                checked={formId === form.formId}
                onChange={() => setPicked(form.formId)}
              />
              <span>
                {form.title} <span className="muted">{about(form, registered)}</span>
              </span>
            </label>
          ))}
        </fieldset>
      )}
      {existing && <p>A webhook with this form and tag is already registered. “Open” shows it.</p>}
      <label className="field">
        Tag
        <input
          value={tag}
          onChange={(event) => setTag(event.target.value)}
          pattern="[A-Za-z0-9_\-]{1,64}"
          title="Letters, digits, _ and -; at most 64"
        />
      </label>
      <label className="check">
        <input
          type="checkbox"
          disabled={existing !== undefined}
          checked={partials}
          onChange={(event) => setPartials(event.target.checked)}
        />
        Also receive partial submissions
      </label>
    </ConfirmDialog>
  );
}

/** The id of a form, and the tags with which it is registered. */
function about({ formId }: Schemas['TypeformFormView'], webhooks: readonly Schemas['WebhookView'][]): string {
  const tags = webhooks.filter((webhook) => webhook.formId === formId).map(({ tag }) => tag);
  return tags.length === 0 ? formId : `${formId}, already registered (${tags.join(', ')})`;
}
