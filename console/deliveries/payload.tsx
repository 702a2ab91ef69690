import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { API_BASE } from '../api/client';
import { ApiProblem, unreachable } from '../api/problem';
import { Button } from '../shared/button';
import { Section } from '../shared/screen';
import { Loading, Problem } from '../shared/states';

/** The body as it came: it is personal, so it is read only when asked for, and the audit log says who did. */
export function Payload({ eventId }: { eventId: string }) {
  const [shown, setShown] = useState(false);
  const payload = useQuery({
    queryKey: ['payload', eventId],
    queryFn: () => readPayload(eventId),
    enabled: shown,
    staleTime: Infinity,
    gcTime: 0,
  });
  return (
    <Section
      title="Payload"
      actions={<Button onClick={() => setShown(!shown)}>{shown ? 'Hide payload' : 'Show payload'}</Button>}
    >
      {!shown && <p className="muted">Hidden. It holds personal data; showing it is recorded in the audit log.</p>}
      {shown && payload.isPending && <Loading />}
      {shown && payload.isError && <Problem error={payload.error} retry={() => void payload.refetch()} />}
      {shown && payload.data !== undefined && (
        <pre tabIndex={0} aria-label="Payload">
          {payload.data}
        </pre>
      )}
    </Section>
  );
}

/** Indented where it is JSON; numbers stay as they came. */
async function readPayload(eventId: string): Promise<string> {
  const answer = await fetch(`${API_BASE}/v1/deliveries/${encodeURIComponent(eventId)}/payload`, {
    credentials: 'same-origin',
    headers: { 'X-Requested-With': 'console' },
  }).catch(() => {
    throw unreachable();
  });
  if (!answer.ok) throw ApiProblem.of(answer.status, await answer.json().catch(() => null));
  const text = await answer.text();
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
