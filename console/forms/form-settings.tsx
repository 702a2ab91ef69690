import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, ask, type Schemas } from '../api/client';
import { useMay } from '../api/session';
import { Button } from '../shared/button';
import { ConfirmDialog } from '../shared/confirm-dialog';
import { Facts, Section } from '../shared/screen';

/** How long submissions are kept, and how national phone numbers are read. */
export function FormSettings({ form: { formId, retentionDays, phoneCountry } }: { form: Schemas['FormView'] }) {
  const queries = useQueryClient();
  const mayChange = useMay('admin');
  const [asking, setAsking] = useState(false);
  const [days, setDays] = useState(retentionDays === null ? '' : String(retentionDays));
  const [country, setCountry] = useState(phoneCountry ?? '');
  return (
    <Section
      title="Retention and phone numbers"
      actions={mayChange && <Button onClick={() => setAsking(true)}>Change…</Button>}
    >
      <Facts
        of={[
          [
            'Submissions are kept',
            retentionDays === null
              ? 'for the general period (Settings, Retention)'
              : retentionDays === 0
                ? 'forever'
                : `${retentionDays} days`,
          ],
          ['Country of national phone numbers', phoneCountry ?? 'told by other answers or the language'],
        ]}
      />
      <ConfirmDialog
        open={asking}
        onClose={() => setAsking(false)}
        title="Retention and phone numbers"
        action="Change"
        onConfirm={async () => {
          const body = {
            retentionDays: days.trim() === '' ? null : Number(days),
            phoneCountry: country.trim() === '' ? null : country.trim().toUpperCase(),
          };
          const answer = await ask(api.PATCH('/v1/forms/{formId}', { params: { path: { formId } }, body }));
          queries.setQueryData(['forms', formId], answer);
        }}
      >
        <label className="field">
          Days that submissions are kept; 0: forever; empty: the general period
          <input type="number" min={0} value={days} onChange={(event) => setDays(event.target.value)} />
        </label>
        <label className="field">
          Country of phone numbers without a country code, such as DE; empty: told by other answers or the language
          <input value={country} maxLength={2} onChange={(event) => setCountry(event.target.value)} />
        </label>
        <p className="muted">The next daily run removes for good what is older than that.</p>
      </ConfirmDialog>
    </Section>
  );
}
