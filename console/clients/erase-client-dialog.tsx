import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, ask, type Schemas } from '../api/client';
import { ConfirmDialog } from '../shared/confirm-dialog';
import { counted } from '../shared/counted';
import { sayResult } from '../shared/result';
import { Loading, Problem } from '../shared/states';

/** Says what goes, and erases it once the word is typed. */
export function EraseClientDialog({ client, onClose }: { client: Schemas['ClientDetailView']; onClose: () => void }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [atTypeform, setAtTypeform] = useState(false);
  const preview = useQuery({
    queryKey: ['erasure', 'preview', client.id],
    queryFn: () => ask(api.POST('/v1/data-subjects/erase', { body: { clientIds: [client.id], preview: true } })),
    gcTime: 0,
  });
  return (
    <ConfirmDialog
      open
      onClose={onClose}
      title="Erase this client?"
      action="Erase"
      danger
      typed="erase"
      notYet={!preview.isSuccess}
      onConfirm={async () => {
        const result = await ask(
          api.DELETE('/v1/clients/{id}', {
            params: { path: { id: client.id }, query: { atTypeform } },
          }),
        );
        queries.removeQueries({ queryKey: ['clients', client.id] });
        await queries.invalidateQueries({ queryKey: ['list'] });
        // Back leads to where the client was found, not to a client that is gone.
        await navigate({ to: '/clients', replace: true });
        sayResult('/clients', erased(result));
      }}
    >
      {preview.isPending && <Loading what="Looking for what goes" />}
      {preview.isError && <Problem error={preview.error} />}
      {preview.data && (
        <>
          <p>This removes, for good:</p>
          <ul>
            <li>the client with its identifiers</li>
            <li>{counted(preview.data.responses, 'submission')} with all answers</li>
            <li>the bodies of {counted(preview.data.events, 'delivery', 'deliveries')}</li>
          </ul>
        </>
      )}
      <p className="muted">
        Tombstones without personal data stay, so that neither a replay nor a back-fill brings anything back.
      </p>
      <label className="check">
        <input type="checkbox" checked={atTypeform} onChange={(event) => setAtTypeform(event.target.checked)} />
        Also delete the responses at Typeform
      </label>
    </ConfirmDialog>
  );
}

function erased({ responses, deliveries, atTypeform }: Schemas['ErasureResult']): string {
  const here = `Erased: ${counted(responses, 'submission')} and ${counted(deliveries, 'delivery', 'deliveries')}.`;
  if (atTypeform === null) return here;
  const failed = atTypeform.failed.map(({ formId, detail }) => `form ${formId}: ${detail}`);
  return failed.length === 0
    ? `${here} Typeform was asked to delete ${counted(atTypeform.requested, 'response')}.`
    : `${here} Typeform did not delete everything (${failed.join('; ')}). Erase by the same ids again later.`;
}
