const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
/** Each unit, its seconds, and how many make the next one. */
const UNITS = [
  ['minute', 60, 60],
  ['hour', 3_600, 24],
  ['day', 86_400, Infinity],
] as const;

/** `3 minutes ago`, `in 2 hours`. */
export function relativeTime(at: number, now: number): string {
  const seconds = (at - now) / 1000;
  // What just happened may be ahead of a clock that is read every 15 seconds.
  if (Math.abs(seconds) < 45) return seconds > 20 ? 'in a moment' : 'just now';
  const [unit, size] = UNITS.find(([, length, next]) => Math.round(Math.abs(seconds) / length) < next) ?? UNITS[2];
  return relative.format(Math.round(seconds / size), unit);
}

/** `2026-11-28 21:05:03 UTC`. */
export const utcTime = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

const local = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
export const localTime = (at: number): string => `${local.format(at)} local`;

/** `12 s`, `4 min`, `3 h`, `2 days`. */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 129_600) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}
