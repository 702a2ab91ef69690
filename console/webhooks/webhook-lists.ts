import { api, ask, type Schemas } from '../api/client';

type Status = Schemas['WebhookView']['status'];

const MOST = 200;

/** The statuses of the webhooks that are not deleted. */
export const PRESENT: readonly Status[] = ['in_sync', 'drifted', 'missing', 'disabled_by_typeform', 'unreachable'];

/** The query for the newest webhooks with one of these statuses. */
export const webhooksOf = (statuses: readonly Status[]) => {
  const status = statuses.join(',');
  return {
    queryKey: ['webhooks', 'all', status],
    queryFn: () => ask(api.GET('/v1/webhooks', { params: { query: { limit: MOST, status } } })),
  };
};
