/** Reasons of a plan in plain English, for the console and the API. */
import type { IdentifierKey } from '../identifiers';
import type { Owner } from './clause-grammar';
import type { Settled } from './form-plan';

const NAMES: Record<IdentifierKey, string> = {
  email: 'an e-mail address',
  phone: 'a phone number',
  fullName: 'a full name',
  firstName: 'a first name',
  lastName: 'a last name',
  company: 'a company',
  birthday: 'a date of birth',
  gender: 'a gender',
  addressLine1: 'a street address',
  addressLine2: 'a second address line',
  city: 'a city',
  state: 'a state or region',
  postalCode: 'a postal code',
  country: 'a country',
};

/** Why a question is taken for its keys and its owner's. */
export function reasonFor(
  keys: readonly IdentifierKey[],
  decidedBy: 'type' | 'title' | 'ref',
  settled: Settled,
): string {
  const what =
    decidedBy === 'type'
      ? `the question's type is ${keys[0] === 'email' ? 'email' : 'phone number'}`
      : `the ${decidedBy} asks for ${keys.map((key) => NAMES[key]).join(' and ')}`;
  if (settled.whose === 'client' && !settled.owner) return what;
  const owner = describeOwner(settled.owner);
  if (settled.whose === 'client') return `${what}, and ${owner} is the client in this form`;
  if (settled.whose === 'unknown') return `${what}, and it is not clear who ${owner} is`;
  return `${what}, but it is somebody else's: ${owner}`;
}

/** The owner in the words of the title. */
export function describeOwner(owner: Owner | null): string {
  if (!owner) return 'the person asked about just before';
  return owner.possessed && owner.kind !== 'emergency' ? `'your ${owner.text}'` : `'${owner.text}'`;
}
