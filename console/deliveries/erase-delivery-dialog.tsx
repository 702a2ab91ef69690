import { useQueryClient } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { api, ask } from '../api/client';
import { ConfirmDialog } from '../shared/confirm-dialog';
import { sayResult } from '../shared/result';

export function EraseDeliveryDialog({ eventId, onClose }: { eventId: string | null; onClose: () => void }) {
  const queries = useQueryClient();
  const { pathname } = useLocation();
  return (
    <ConfirmDialog
      open={eventId !== null}
      onClose={onClose}
      title="Erase this delivery?"
      action="Erase"
      danger
      typed="erase"
      onConfirm={async () => {
        if (eventId === null) return;
        await ask(api.DELETE('/v1/deliveries/{eventId}', { params: { path: { eventId } } }));
        await queries.invalidateQueries();
        sayResult(pathname, 'The delivery was erased.');
      }}
    >
      <p>
        Its body and the response it gave are removed for good. A tombstone without personal data stays, so that neither
        a replay nor a back-fill brings it back.
      </p>
    </ConfirmDialog>
  );
}
