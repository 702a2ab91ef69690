/** What happens while one looks: the service's stream of events, without anything personal, renews what is shown. */
import { useQueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useMemo, useState } from 'react';
import { API_BASE } from '../api/client';
import { SESSION } from '../api/server-state';

export type Kind = 'deliveries' | 'responses' | 'clients' | 'webhooks' | 'backfills' | 'destinations' | 'jobs';

interface Live {
  paused: boolean;
  setPaused: (paused: boolean) => void;
  connected: boolean;
  /** It was wanted and is not there; not so in the moment before it first is. */
  lost: boolean;
}

export const LiveContext = createContext<Live>({
  paused: false,
  setPaused: () => undefined,
  connected: false,
  lost: false,
});
export const useLive = (): Live => useContext(LiveContext);

/** At most so often is one kind looked up again, however much happens. */
const RENEWAL_MS = 1_000;
/** The kind that says: events may have been lost. */
const MISSED = 'missed';
const REOPEN_MS = 3_000;
/** How often something is looked up while there is no stream. */
const WITHOUT_STREAM_MS = 10_000;

/**
 * Queries whose key starts with the kind are marked as outdated when it changes: those on the screen are looked up again. Lists that must
 * not move have keys of another start and look at `[kind, 'head']`.
 */
export function useLiveUpdates(): Live {
  const queries = useQueryClient();
  const [paused, setPaused] = useState(false);
  const [connected, setConnected] = useState(false);
  const [lost, setLost] = useState(false);
  useEffect(() => {
    if (paused) return;
    const due = new Set<string>();
    let stream: EventSource | undefined;
    let renewal: ReturnType<typeof setTimeout> | undefined;
    let reopening: ReturnType<typeof setTimeout> | undefined;
    /** Everything but the lists, which must not move. */
    const renewAll = (): void =>
      void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'list' });
    const renew = (): void => {
      renewal = undefined;
      if (due.has(MISSED)) renewAll();
      else for (const kind of due) void queries.invalidateQueries({ queryKey: [kind] });
      due.clear();
    };
    const open = (): void => {
      stream = new EventSource(`${API_BASE}/v1/stream`, { withCredentials: true });
      stream.onopen = () => {
        setConnected(true);
        setLost(false);
        // What happened while there was no stream is unknown.
        renewAll();
      };
      stream.onerror = () => {
        setConnected(false);
        setLost(true);
        if (stream?.readyState !== EventSource.CLOSED) return;
        // It was refused: the session may have ended, or the service is starting.
        void queries.invalidateQueries({ queryKey: SESSION });
        reopening = setTimeout(open, REOPEN_MS);
      };
      stream.onmessage = ({ data }: MessageEvent<string>) => {
        due.add((JSON.parse(data) as { kind: string }).kind);
        renewal ??= setTimeout(renew, RENEWAL_MS);
      };
    };
    open();
    return () => {
      stream?.close();
      clearTimeout(renewal);
      clearTimeout(reopening);
      setConnected(false);
      setLost(false);
    };
  }, [paused, queries]);
  return useMemo(() => ({ paused, setPaused, connected, lost }), [paused, connected, lost]);
}

/** How often a query asks by itself: not while the stream tells, nor while updates are paused. */
export function useRenewal(): number | false {
  const { paused, connected } = useLive();
  return paused || connected ? false : WITHOUT_STREAM_MS;
}
