/** Reasons of a plan in plain English, for the console and the API. */
import type { IdentifierKey } from '../identifiers';
import type { Owner } from './ownership';
import type { Settled } from './plan';
import { fold } from './title-text';

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

/** Why a question has its keys and its owner; `text` is the title or ref that was read. */
export function reasonFor(
  keys: readonly IdentifierKey[],
  decidedBy: 'type' | 'title' | 'ref',
  settled: Settled,
  text: string,
): string {
  const what =
    decidedBy === 'type'
      ? `the question's type is ${keys[0] === 'email' ? 'e-mail' : 'phone number'}`
      : `the ${decidedBy} asks for ${keys.map((key) => NAMES[key]).join(' and ')}`;
  const { owner: named } = settled;
  const itself = keys[0] === 'company' && (named?.kind === 'organisation' || named?.kind === 'venture');
  if (settled.whose === 'client' && (!named || itself)) return what;
  const owner = describeOwner(settled.owner, text);
  if (settled.whose === 'client') return `${what}, and ${owner} is the client in this form`;
  if (settled.whose === 'unknown') return `${what}, but it is unclear who ${owner} is`;
  return `${what}, but the title names someone else's: ${owner}`;
}

/** The owner as the title writes it ("your wife", "conjoint"); the reading of a title knows its words without accents. */
export function describeOwner(owner: Owner | null, text: string): string {
  if (!owner) return 'that of the person or thing asked about just before';
  const words = text.slice(0, 2000).split(/\s+/);
  const [first = ''] = owner.text.split(' ');
  const at = words.findIndex((word) => plain(word).includes(first));
  if (at < 0) return `'${owner.text}'`;
  const start = owner.possessed && owner.kind !== 'emergency' ? Math.max(at - 1, 0) : at;
  const quoted = words.slice(start, at + owner.text.split(' ').length).join(' ');
  return `'${quoted.replace(/^[^\p{Letter}]+|[^\p{Letter}]+$/gu, '').replace(/['’]s$/, '')}'`;
}

function plain(word: string): string {
  return fold(word).replace(/[^\p{Letter}\p{Number}]/gu, '');
}
