import { useQueryClient } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { api, ask } from '../api/client';
import { ConfirmDialog } from '../shared/confirm-dialog';
import { sayResult } from '../shared/result';

/** Asks before one delivery is processed again. */
export function ReplayDialog({ eventId, onClose }: { eventId: string | null; onClose: () => void }) {
  const queries = useQueryClient();
  const { pathname } = useLocation();
  return (
    <ConfirmDialog
      open={eventId !== null}
      onClose={onClose}
      title="Replay this delivery?"
      action="Replay"
      onConfirm={async () => {
        if (eventId === null) return;
        await ask(api.POST('/v1/deliveries/{eventId}/replay', { params: { path: { eventId } } }));
        await queries.invalidateQueries({ queryKey: ['deliveries'] });
        sayResult(pathname, 'The delivery is processed again.');
      }}
    >
      <p>
        It is processed again with the mapping in force, as if it had just come. A newer version of the same submission
        stays.
      </p>
    </ConfirmDialog>
  );
}
