import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, ask, type Schemas } from '../api/client';
import { useMay } from '../api/session';
import { Button } from '../shared/button';
import { ConfirmDialog } from '../shared/confirm-dialog';
import { counted } from '../shared/counted';
import { fieldWord } from '../shared/identifiers';
import { Facts, Section } from '../shared/screen';

type Form = Schemas['FormView'];

/** How long submissions are kept, and how national phone numbers are read. */
export function FormSettings({ form }: { form: Form }) {
  const mayChange = useMay('admin');
  const [asking, setAsking] = useState(false);
  return (
    <Section
      title="Retention and phone numbers"
      actions={mayChange && <Button onClick={() => setAsking(true)}>Change…</Button>}
    >
      <Facts
        of={[
          ['Submissions are kept', form.retentionDays === null ? <Default of={form} /> : period(form.retentionDays)],
          [fieldWord('phoneCountry'), form.phoneCountry ?? 'inferred from other answers or the language'],
        ]}
      />
      {asking && <SettingsDialog form={form} onClose={() => setAsking(false)} />}
    </Section>
  );
}

const period = (days: number): string => (days === 0 ? 'forever' : counted(days, 'day'));

/** The period of a form that has none of its own. */
function Default({ of: { formId } }: { of: Form }) {
  const retention = useQuery({
    queryKey: ['retention'],
    queryFn: () => ask(api.GET('/v1/retention', { params: { query: { limit: 200 } } })),
  });
  const days = retention.data?.items.find((each) => each.formId === formId)?.retentionDays;
  return (
    <Link to="/settings" search={{ tab: 'retention' }}>
      {days === undefined ? 'the default' : `${period(days)}, the default`}
    </Link>
  );
}

/** Begins with what is in force each time: what was cancelled is forgotten. */
function SettingsDialog({ form, onClose }: { form: Form; onClose: () => void }) {
  const queries = useQueryClient();
  const { formId, retentionDays, phoneCountry } = form;
  const [days, setDays] = useState(retentionDays === null ? '' : String(retentionDays));
  const [country, setCountry] = useState(phoneCountry ?? '');
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title="Retention and phone numbers"
      action="Save"
      onConfirm={async () => {
        const body = {
          retentionDays: days.trim() === '' ? null : Number(days),
          phoneCountry: country.trim() === '' ? null : country.trim().toUpperCase(),
        };
        const answer = await ask(api.PATCH('/v1/forms/{formId}', { params: { path: { formId } }, body }));
        queries.setQueryData(['forms', formId], answer);
        await queries.invalidateQueries({ queryKey: ['retention'] });
      }}
    >
      <div className="field">
        <label className="field">
          {fieldWord('retentionDays')}
          <input
            type="number"
            min={0}
            value={days}
            aria-describedby="retention-hint"
            onChange={(event) => setDays(event.target.value)}
          />
        </label>
        <span id="retention-hint" className="muted small">
          0 keeps them forever. Leave empty for the default. Older submissions are permanently removed at the next daily
          run.
        </span>
      </div>
      <div className="field">
        <label className="field">
          {fieldWord('phoneCountry')}
          <input
            value={country}
            maxLength={2}
            aria-describedby="country-hint"
            onChange={(event) => setCountry(event.target.value)}
          />
        </label>
        <span id="country-hint" className="muted small">
          Two letters, such as DE. Leave empty to infer it.
        </span>
      </div>
    </ConfirmDialog>
  );
}
