/** Whether 32 bytes look like random ones. Pure. */

/** Of 32 random bytes 30 differ on average; fewer than 20 is less likely than winning any lottery. */
const MIN_DIFFERENT_BYTES = 20;

/** What is wrong with a key; null when nothing is. */
export function weaknessOf(key: Buffer): string | null {
  const bytes = [...key];
  if (bytes.every((byte) => byte >= 0x20 && byte < 0x7f)) return 'is text that somebody typed';
  if (new Set(bytes).size < MIN_DIFFERENT_BYTES) return 'repeats itself';
  const steps = new Set(bytes.slice(1).map((byte, at) => (byte - (bytes[at] ?? 0) + 256) % 256));
  return steps.size < MIN_DIFFERENT_BYTES / 2 ? 'is a sequence' : null;
}
