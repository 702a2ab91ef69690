/** The keys of a response that may identify its client. Pure. */
import type { ClientKeys } from '../../core/client-assignment';
import { saysAnything } from '../../core/client-record';
import { findsClients } from '../../core/identification/identify';
import type { Identifiers } from '../../core/identifiers';

/** A test request never belongs to a client. */
export function keysOf(identifiers: Identifiers, test: boolean): ClientKeys {
  const { email, phone } = identifiers;
  return {
    email: !test && email && findsClients('email', email) ? email.value : null,
    phone: !test && phone && findsClients('phone', phone) ? phone.value : null,
  };
}

/** Whether a response without keys creates its own client: it is complete and says something about a person. */
export function standsAlone(identifiers: Identifiers, completed: boolean, test: boolean): boolean {
  return completed && !test && saysAnything(identifiers);
}
