/** `since` and `until`: Unix seconds, or ISO 8601, which means UTC even without a zone. Undefined when it is neither. */
export function parseTime(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return undefined;
  const hasZone = /(Z|[+-]\d{2}:?\d{2})$/i.test(text);
  const parsed = Date.parse(hasZone || !text.includes('T') ? text : `${text}Z`);
  return Number.isNaN(parsed) ? undefined : parsed;
}
