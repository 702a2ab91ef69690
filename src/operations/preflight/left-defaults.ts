/** Secrets that are none: examples, placeholders, keys made for development, one value in two places. Pure. */
import { SANDBOX_API_KEY } from '../../typeform/typeform-account';
import type { NamedSecret } from './secret-inventory';

/** Short words count only where a word begins: in a million random keys some hold one. */
const PLACEHOLDER =
  /change[-_ ]?(me|this|it)|place[-_ ]?holder|example|insert[-_ ]|replace[-_ ]|(^|[-_ ])(dummy|sample|your[-_ ]|test[-_ ])|<[^>]*>|x{6,}|\.{3}/i;
const COMMON =
  /^(postgres|postgresql|password|passw0rd|admin|administrator|root|secret|typeform|onboarding|redis|12345678?)$/i;

/** What is wrong with which variable, as texts that name no value. `generated`: the keys kept for development on this machine. */
export function leftDefaults(secrets: readonly NamedSecret[], generated: readonly string[]): string[] {
  const found: string[] = [];
  const firstWith = new Map<string, string>();
  for (const { name, value } of secrets) {
    if (value === SANDBOX_API_KEY) found.push(`${name} is the key of the sandbox`);
    else if (PLACEHOLDER.test(value) || COMMON.test(value)) found.push(`${name} is an example or a placeholder`);
    else if (generated.includes(value)) found.push(`${name} was generated for development`);
    const first = firstWith.get(value);
    if (first === undefined) firstWith.set(value, name);
    else found.push(`${name} is the same as ${first}`);
  }
  return found;
}
