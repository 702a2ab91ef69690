import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, ask, type Schemas } from '../api/client';
import { useMay } from '../api/session';
import { Button } from '../shared/button';
import { ConfirmDialog } from '../shared/confirm-dialog';
import { counted } from '../shared/counted';
import { sayResult } from '../shared/result';

const MOST_HOURS = 168;
const DEFAULT_OVERLAP = '24';

/** Rotate, pause, delete: an admin's changes, each asked for. `onChanged` is told in words what was done. */
export function WebhookChanges({
  webhook,
  onChanged,
}: {
  webhook: Schemas['WebhookView'];
  onChanged: (what: string) => void;
}) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [asking, setAsking] = useState<'rotate' | 'pause' | 'delete' | null>(null);
  const [overlap, setOverlap] = useState(DEFAULT_OVERLAP);
  const may = useMay('admin');
  if (!may) return null;
  const { id, formId, formTitle, enabled } = webhook;
  const path = { id };
  const overlapHours = overlap === '' ? Number.NaN : Number(overlap);
  const close = (): void => setAsking(null);
  const keep = (answer: Schemas['WebhookView'], what: string): void => {
    queries.setQueryData(['webhooks', id], answer);
    onChanged(what);
    void queries.invalidateQueries({ queryKey: ['webhooks'] });
  };
  const toggle = enabled ? 'Pause' : 'Enable';
  return (
    <>
      <Button
        onClick={() => {
          setOverlap(DEFAULT_OVERLAP);
          setAsking('rotate');
        }}
      >
        Rotate secret…
      </Button>
      <Button onClick={() => setAsking('pause')}>{toggle}…</Button>
      <Button onClick={() => setAsking('delete')}>Delete…</Button>
      <ConfirmDialog
        open={asking === 'rotate'}
        onClose={close}
        title="Rotate the signing secret?"
        action="Rotate secret"
        notYet={!(overlapHours >= 0 && overlapHours <= MOST_HOURS)}
        onConfirm={async () =>
          keep(
            await ask(api.POST('/v1/webhooks/{id}/rotate-secret', { params: { path }, body: { overlapHours } })),
            overlapHours === 0
              ? 'The secret was rotated. The old one is no longer accepted.'
              : `The secret was rotated. The old one is accepted for ${counted(overlapHours, 'more hour')}.`,
          )
        }
      >
        <p>Typeform gets a new secret at once. Deliveries signed with the old one are accepted during the overlap.</p>
        <label className="field">
          Overlap in hours, 0 to {MOST_HOURS}
          <input
            type="number"
            min={0}
            max={MOST_HOURS}
            value={overlap}
            onChange={(event) => setOverlap(event.target.value)}
          />
        </label>
      </ConfirmDialog>
      <ConfirmDialog
        open={asking === 'pause'}
        onClose={close}
        title={`${toggle} this webhook?`}
        action={toggle}
        onConfirm={async () =>
          keep(
            await ask(api.PATCH('/v1/webhooks/{id}', { params: { path }, body: { enabled: !enabled } })),
            enabled ? 'The webhook is paused.' : 'The webhook is enabled.',
          )
        }
      >
        <p>
          {enabled
            ? 'Typeform sends nothing until it is enabled again. A back-fill fetches what was submitted meanwhile.'
            : 'Typeform sends again from now on. Back-fill the form to fetch what was submitted meanwhile.'}
        </p>
      </ConfirmDialog>
      <ConfirmDialog
        open={asking === 'delete'}
        onClose={close}
        title="Delete this webhook?"
        action="Delete"
        danger
        typed="delete"
        onConfirm={async () => {
          await ask(api.DELETE('/v1/webhooks/{id}', { params: { path } }));
          await navigate({ to: '/webhooks' });
          await queries.invalidateQueries({ queryKey: ['webhooks'] });
          sayResult('/webhooks', `The webhook of ${formTitle ?? formId} was deleted.`);
        }}
      >
        <p>
          It is deleted at Typeform too. Its submissions stay here; late deliveries are accepted for another 24 hours.
        </p>
      </ConfirmDialog>
    </>
  );
}
