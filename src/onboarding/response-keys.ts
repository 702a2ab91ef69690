/** What a response gives that may find its client. Pure. */
import type { ClientKeys } from '../core/client-assignment';
import { saysAnything } from '../core/client-record';
import { findsClients } from '../core/identification/identify';
import type { Identifiers } from '../core/identifiers';

/** A test request never belongs to anybody. */
export function keysOf(identifiers: Identifiers, test: boolean): ClientKeys {
  const { email, phone } = identifiers;
  return {
    email: !test && email && findsClients('email', email) ? email.value : null,
    phone: !test && phone && findsClients('phone', phone) ? phone.value : null,
  };
}

/** Whether a response without keys makes a client of its own: it is complete, and says anything of a person. */
export function standsAlone(identifiers: Identifiers, completed: boolean, test: boolean): boolean {
  return completed && !test && saysAnything(identifiers);
}
