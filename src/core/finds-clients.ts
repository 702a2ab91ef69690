/** Which e-mails and phones may find a client. */
import type { Identifier } from './identifiers';

/** Addresses that stand for none: `none@none.com`, `test@test.com`, `noreply@...`. */
const NOBODYS_EMAIL = /^(?:(none|na|no|nobody|test|asdf|x+)@(\1)\.[a-z]+|(?:no-?reply|donotreply)@.*)$/;

/** Whether an e-mail or phone may find clients: in its canonical form, and not one of those that stand for nobody. */
export function findsClients(key: 'email' | 'phone', identifier: Identifier & { normalised?: false }): boolean {
  if (identifier.normalised === false) return false;
  return key === 'phone' || !NOBODYS_EMAIL.test(identifier.value);
}
