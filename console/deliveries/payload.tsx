import { useMutation } from '@tanstack/react-query';
import { API_BASE } from '../api/client';
import { ApiProblem, unreachable } from '../api/problem';
import { Button } from '../shared/button';
import { Section } from '../shared/screen';
import { Loading, Problem } from '../shared/states';

/** The body as it came: it is personal. To read it leaves an entry in the audit log, so nothing but the button does. */
export function Payload({ eventId }: { eventId: string }) {
  const payload = useMutation({ mutationFn: () => readPayload(eventId), gcTime: 0 });
  return (
    <Section
      title="Payload"
      actions={
        payload.isIdle ? (
          <Button onClick={() => payload.mutate()}>Show payload</Button>
        ) : (
          <Button onClick={payload.reset}>Hide payload</Button>
        )
      }
    >
      {payload.isIdle && (
        <p className="muted">Hidden. It holds personal data; showing it is recorded in the audit log.</p>
      )}
      {payload.isPending && <Loading />}
      {payload.isError && <Problem error={payload.error} retry={() => payload.mutate()} />}
      {payload.data !== undefined && (
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
