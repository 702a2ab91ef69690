const UNIT_MINUTES: Record<string, number> = { m: 1, h: 60, d: 1_440 };
const SHORTEST_MINUTES = 5;
const LONGEST_MINUTES = 90 * 1_440;

/** The minutes of a window such as `15m`, `2h` or `90d`; null for anything else, and outside 5 minutes to 90 days. */
export function windowMinutes(text: unknown): number | null {
  const [, count = '', unit = ''] = typeof text === 'string' ? (/^(\d{1,6})([mhd])$/.exec(text) ?? []) : [];
  const minutes = Number(count) * (UNIT_MINUTES[unit] ?? 0);
  return minutes >= SHORTEST_MINUTES && minutes <= LONGEST_MINUTES ? minutes : null;
}
