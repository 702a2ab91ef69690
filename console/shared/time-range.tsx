import { useId, useMemo } from 'react';
import { now } from './clock';
import { Choice, type Filters } from './filters';
import css from './time-range.module.css';

const MINUTE_MS = 60_000;
const LAST: Record<string, readonly [word: string, minutes: number]> = {
  '15m': ['Last 15 minutes', 15],
  '1h': ['Last hour', 60],
  '24h': ['Last 24 hours', 1_440],
  '7d': ['Last 7 days', 10_080],
  '30d': ['Last 30 days', 43_200],
};

/** Since and until, of `last=1h` or of two exact times in the address. */
export function useTimeRange({ last, since, until }: Filters): { since?: string; until?: string } {
  return useMemo(() => {
    const minutes = last === undefined ? undefined : LAST[last]?.[1];
    if (minutes !== undefined) {
      const thisMinute = Math.floor(now() / MINUTE_MS) * MINUTE_MS;
      return { since: new Date(thisMinute - minutes * MINUTE_MS).toISOString() };
    }
    return { ...(since && { since }), ...(until && { until }) };
  }, [last, since, until]);
}

/** `2026-11-28T21:05` in the browser's zone, for an input. */
function toInput(iso: string | undefined): string {
  const time = iso === undefined ? Number.NaN : Date.parse(iso);
  if (Number.isNaN(time)) return '';
  return new Date(time - new Date(time).getTimezoneOffset() * MINUTE_MS).toISOString().slice(0, 16);
}

const toIso = (input: string): string => (input === '' ? '' : new Date(input).toISOString());

export function TimeRange({ filters, onChange }: { filters: Filters; onChange: (changes: Filters) => void }) {
  const { last, since, until } = filters;
  const exact = last === undefined && (since !== undefined || until !== undefined);
  const value = exact ? 'exact' : (last ?? '');
  return (
    <span className={css.range}>
      <Choice
        label="Time"
        value={value}
        options={[
          ['', 'Any time'],
          ...Object.entries(LAST).map(([key, [word]]) => [key, word] as const),
          ['exact', 'From … to …'],
        ]}
        onChange={(chosen) =>
          chosen === 'exact'
            ? onChange({ last: '', since: new Date(now() - 1_440 * MINUTE_MS).toISOString(), until: '' })
            : onChange({ last: chosen, since: '', until: '' })
        }
      />
      {exact && (
        <>
          <End word="from" at={since} onChange={(iso) => onChange({ since: iso })} />
          <End word="to" at={until} onChange={(iso) => onChange({ until: iso })} />
        </>
      )}
    </span>
  );
}

/** One of the two times, with its label beside it. */
function End({ word, at, onChange }: { word: string; at: string | undefined; onChange: (iso: string) => void }) {
  const id = useId();
  return (
    <span className={css.end}>
      <label htmlFor={id}>{word}</label>
      <input
        id={id}
        type="datetime-local"
        value={toInput(at)}
        onChange={(event) => onChange(toIso(event.target.value))}
      />
    </span>
  );
}
