import type { Schemas } from '../api/client';

type Named = Pick<Schemas['ClientView'], 'identifiers' | 'email' | 'phone' | 'id'>;

/** What to call a client: the name, else the company, e-mail or phone. Never in an address or a title. */
export function clientName({ identifiers, email, phone, id }: Named): string {
  const value = (key: string): string | undefined => identifiers[key]?.value;
  const parts = [value('firstName'), value('lastName')].filter((part) => part !== undefined).join(' ');
  return value('fullName') ?? (parts || (value('company') ?? email ?? phone ?? `Client ${id.slice(0, 8)}`));
}
