/** Decides whose each answer is, once per form, because it depends on the other questions. Pure. */
import type { IdentifierKey } from '../identifiers';
import type { Reading } from './reading';
import type { Owner } from './ownership';
import type { Draft, Settled } from './plan';

type Party =
  'plain' | 'client' | 'contact' | 'guardian' | 'kin' | 'dependant' | 'role' | 'unknown' | 'organisation' | 'other';

const PERSON_NAMES: ReadonlySet<IdentifierKey> = new Set(['fullName', 'firstName', 'lastName']);
const PLACE: ReadonlySet<IdentifierKey> = new Set([
  'addressLine1',
  'addressLine2',
  'city',
  'state',
  'postalCode',
  'country',
]);
/** Personal attributes: right after someone's name, they belong to that person. */
const PERSONAL: ReadonlySet<IdentifierKey> = new Set(['birthday', 'gender']);

/** What the form's own title says. */
export interface FormTitle {
  isAboutThing: boolean;
  isInTitle: (word: string) => boolean;
}

interface Case {
  reading: Reading;
  keys: readonly IdentifierKey[];
  party: Party;
  owner: Owner | null;
  inherited: boolean;
}

/**
 * Decides for each draft whose it is.
 * - Questions without an owner, and those of a role in which people fill in forms, are the client's.
 * - A last name right after someone's first name, or a birthday right after a pet's name, belongs to the same owner.
 * - Parent and child: the one named without an owner is the client; else the parent; else, without a parent, the child.
 * - In a form about a thing ("List a property") that asks for no person, an address is the thing's.
 * - A trade that the form's title names ("Rider details") is the client's.
 * - A role beside "you", and an employer beside the client's own e-mail or phone, is somebody else.
 * - A trade ("chef") or an unlisted owner is the client when no one else is asked for the same.
 */
export function settleOwners(drafts: readonly Draft[], { isAboutThing, isInTitle }: FormTitle): (Settled | null)[] {
  const cases = drafts.map(({ reading }) => (reading ? caseOf(reading) : null));
  settleTrades(cases, isInTitle);
  settleAlternatives(cases);
  settleCompanyNames(cases);
  settleClientRoles(cases, isInTitle);
  settleRolesBesideYou(cases);
  settleEmployers(cases, isInTitle);
  inheritOwners(cases);
  const parties = clientParties(cases, drafts);
  settleBareNames(cases, parties);
  const settled = cases.map((item) => item && settle(item, cases, parties));
  return isAboutThing && !settled.some((item) => item?.whose === 'client' && item.keys.some((key) => !PLACE.has(key)))
    ? settled.map((item) => item && { ...item, whose: 'other' as const })
    : settled;
}

function caseOf(reading: Reading): Case {
  return { reading, keys: reading.keys, party: partyOf(reading), owner: reading.owner, inherited: false };
}

function partyOf({ owner, keys }: Reading): Party {
  if (!owner) return 'plain';
  const { kind, possessed } = owner;
  if (kind === 'organisation' || kind === 'venture') return 'organisation';
  if (kind === 'thing' && isContact(keys[0]) && !possessed) return 'unknown';
  if (kind === 'relation' || kind === 'emergency' || kind === 'thing' || kind === 'animal') return 'other';
  if (possessed && kind !== 'contact') return 'other';
  return kind;
}

function hasName(item: Case | null): boolean {
  return item?.keys.some((key) => PERSON_NAMES.has(key)) ?? false;
}

function isContact(key: IdentifierKey | undefined): boolean {
  return key === 'email' || key === 'phone';
}

function isEmployer({ kind, text }: Owner): boolean {
  return kind === 'organisation' && /^(?:employer|arbeitgeber|employeur|empleador|empregador)/.test(text);
}

/** "Name / Company" asks for the company when another question names a person, else for the name. */
function settleAlternatives(cases: readonly (Case | null)[]): void {
  for (const item of cases) {
    if (!item?.reading.alternatives || !item.keys.includes('company') || !item.keys.includes('fullName')) continue;
    const named = cases.some((other) => other && other !== item && hasName(other) && other.owner?.kind !== 'relation');
    item.keys = [named ? 'company' : 'fullName'];
  }
}

/**
 * When a contact person but no company is asked for, a plain "Name", the "Client name" or the name of something
 * unlisted ("Nome da produção") is the company's.
 */
function settleCompanyNames(cases: readonly (Case | null)[]): void {
  const contact = cases.some((item) => item?.party === 'contact' && hasName(item));
  if (!contact || cases.some((item) => item?.keys.includes('company') || item?.keys.includes('lastName'))) return;
  for (const item of cases) {
    if (!item || item.keys[0] !== 'fullName' || item.reading.own || item.reading.roleOnly || !item.reading.complete)
      continue;
    const named = (item.party === 'plain' && item.reading.bare) || item.party === 'client' || item.party === 'unknown';
    if (!named) continue;
    item.keys = ['company'];
    item.party = 'organisation';
    if (item.owner?.kind === 'unknown') item.owner = null;
  }
}

/** A trade in the form's title is the person who fills it in, when the form names no one without an owner. */
function settleTrades(cases: readonly (Case | null)[], isInTitle: (word: string) => boolean): void {
  if (cases.some((item) => item?.party === 'plain' && hasName(item))) return;
  for (const item of cases)
    if (item?.party === 'role' && item.owner && isInTitle(item.owner.text)) item.party = 'client';
}

/** Two named roles are two people: the one in the form's title, else the one asked first, is the client. */
function settleClientRoles(cases: readonly (Case | null)[], isInTitle: (word: string) => boolean): void {
  const named = cases.filter((item) => item?.party === 'client' && hasName(item));
  const first = (named.find((item) => item?.owner && isInTitle(item.owner.text)) ?? named[0])?.owner?.text;
  const others = new Set(named.map((item) => item?.owner?.text).filter((text) => text !== undefined && text !== first));
  for (const item of cases)
    if (item?.party === 'client' && item.owner && others.has(item.owner.text)) item.party = 'other';
}

/**
 * "Your name", "Your e-mail" beside "Tenant name": a role that is named like "you" is another person, in whatever order; so is one without a name
 * where both are asked for the same ("Driver phone", "Phone"). If "you" are asked for a name alone, the role may be you ("Account holder e-mail").
 */
function settleRolesBesideYou(cases: readonly (Case | null)[]): void {
  const you = cases.filter((item) => item?.party === 'plain' && !item.reading.secondary);
  if (!you.some(isYourName) || !you.some((item) => isContact(item?.keys[0]))) return;
  const asked = new Set(you.flatMap((item) => item?.keys ?? []));
  const isAsked = (item: Case | null): boolean => item?.keys.some((key) => asked.has(key)) ?? false;
  const roles = cases.filter((item) => item !== null && item.party === 'client' && item.owner !== null);
  const named = new Set(
    roles.flatMap((item) => (hasName(item) && isAsked(item) && item?.owner ? [item.owner.text] : [])),
  );
  for (const item of roles) if (item?.owner && (named.has(item.owner.text) || isAsked(item))) item.party = 'other';
}

/** "Employer phone" beside the client's own: somebody else answers there. Alone, it may be a work number, or the form be for employers. */
function settleEmployers(cases: readonly (Case | null)[], isInTitle: (word: string) => boolean): void {
  const own = (item: Case | null): boolean => item?.party === 'plain' || item?.party === 'client';
  const reached = cases.some((item) => own(item) && isContact(item?.keys[0]));
  if (!reached || !cases.some((item) => own(item) && hasName(item))) return;
  for (const item of cases)
    if (item?.owner && isEmployer(item.owner) && isContact(item.keys[0]) && !isInTitle(item.owner.text))
      item.party = 'other';
}

function isYourName(item: Case | null): boolean {
  return item?.party === 'plain' && item.reading.own && hasName(item);
}

/** Names, birthdays and genders that follow someone's name without naming an owner. */
function inheritOwners(cases: (Case | null)[]): void {
  let named: Case | null = null;
  for (const [at, item] of cases.entries()) {
    const previous = cases[at - 1] ?? null;
    if (item && item.party === 'plain' && !item.reading.own) {
      const [key] = item.keys;
      if (previous && continuesName(previous, item)) inherit(item, previous);
      else if (
        named &&
        key &&
        PERSONAL.has(key) &&
        (named.owner?.kind === 'animal' || (previous === named && previous.keys.length === 1) || previous?.inherited)
      )
        inherit(item, named);
    }
    if (item && hasName(item) && !item.inherited) named = isOfAnother(item) ? item : null;
    if (item?.owner?.kind === 'thing') named = null;
  }
}

function isOfAnother({ party }: Case): boolean {
  return ['other', 'guardian', 'kin', 'dependant'].includes(party);
}

/** "Physician's first name", "Last name": two halves of one name, asked one after the other. */
function continuesName(previous: Case, item: Case): boolean {
  if (previous.party === 'plain' || previous.party === 'organisation') return false;
  return previous.keys[0] === 'firstName' && item.keys[0] === 'lastName';
}

function inherit(item: Case, from: Case): void {
  item.party = from.party;
  item.owner = from.owner;
  item.inherited = true;
}

/** The parties that count as the client in this form. */
function clientParties(cases: readonly (Case | null)[], drafts: readonly Draft[]): ReadonlySet<Party> {
  const named = (party: Party): boolean => cases.some((item) => item?.party === party && hasName(item));
  const parties = new Set<Party>(['plain', 'client', 'contact', 'organisation']);
  const client = named('plain') || named('client') || named('contact');
  const clientSpokenOf = drafts.some(({ speaksOfClient }) => speaksOfClient);
  if (!client && !clientSpokenOf && named('guardian')) parties.add('guardian');
  else if (!client && !clientSpokenOf && named('kin') && cases.some((item) => item?.party === 'dependant'))
    parties.add('kin');
  else if (!client && named('dependant')) parties.add('dependant');
  else if (!client && !named('guardian') && !named('kin') && !clientSpokenOf) {
    // If no one's name is asked, the contact details of a parent, or of a child alone, belong to the person who fills in the form.
    const reached = (party: Party): boolean => cases.some((item) => item?.party === party && item.keys.some(isContact));
    if (reached('guardian')) parties.add('guardian');
    else if (reached('dependant')) parties.add('dependant');
  }
  return parties;
}

/** "Nome" next to "Sobrenome" asks for the first name, "Nom" next to "Prénom" for the last. */
function settleBareNames(cases: readonly (Case | null)[], parties: ReadonlySet<Party>): void {
  for (const item of cases) {
    if (!item?.reading.bare) continue;
    const beside = cases
      .filter((other) => other && other !== item && samePerson(other, item, parties))
      .flatMap((other) => other?.keys ?? []);
    const first = beside.includes('firstName');
    const last = beside.includes('lastName');
    // A preferred name is never a last name, and does not count next to a first name.
    if (item.reading.nickname) {
      if (first || beside.includes('fullName')) item.keys = [];
      else if (last) item.keys = ['firstName'];
    } else if (first !== last) item.keys = [first ? 'lastName' : 'firstName'];
  }
}

function samePerson(a: Case, b: Case, parties: ReadonlySet<Party>): boolean {
  if (parties.has(a.party) && parties.has(b.party)) return true;
  return a.party === b.party && a.owner?.kind === b.owner?.kind;
}

function settle(item: Case, cases: readonly (Case | null)[], parties: ReadonlySet<Party>): Settled | null {
  const { reading, owner } = item;
  const keys = item.keys;
  const [key] = keys;
  if (!key) return null;
  if (
    reading.roleOnly &&
    (item.party === 'organisation' || item.party === 'role' || hasOwn(cases, item, parties, PERSON_NAMES))
  )
    return null;
  const settled = {
    keys,
    owner,
    lastResort: reading.roleOnly || reading.nickname,
    bare: reading.bare && keys[0] !== 'fullName',
  };
  // The name of a thing, an animal or an unknown owner identifies no one.
  if (owner?.kind === 'unknown' && key !== 'email' && key !== 'phone') return null;
  if (PERSON_NAMES.has(key) && owner?.kind === 'thing') return null;
  if (item.party === 'role' || item.party === 'unknown') {
    return {
      ...settled,
      whose: isBeside(cases, item, parties, key) ? (item.party === 'role' ? 'other' : 'unknown') : 'client',
      lastResort: true,
    };
  }
  if (!parties.has(item.party)) return { ...settled, whose: 'other' };
  if (
    reading.lesser &&
    key === 'state' &&
    !cases.some((other) => other && other !== item && PLACE.has(other.keys[0] ?? key))
  )
    return null;
  if (key === 'company' && owner?.kind === 'venture' && hasStrongCompany(cases))
    return { ...settled, whose: 'client', lastResort: true };
  return { ...settled, whose: 'client' };
}

/** Whether another person is asked for the same, or is already named and asked for contact details. */
function isBeside(
  cases: readonly (Case | null)[],
  item: Case,
  parties: ReadonlySet<Party>,
  key: IdentifierKey,
): boolean {
  if (hasOwn(cases, item, parties, new Set([key]))) return true;
  const named = hasOwn(cases, item, parties, PERSON_NAMES);
  const contact = isContact(key);
  return named && (!contact || hasOwn(cases, item, parties, new Set(['email', 'phone'])));
}

/** Whether another question asks for one of these keys of the client. */
function hasOwn(
  cases: readonly (Case | null)[],
  item: Case,
  parties: ReadonlySet<Party>,
  keys: ReadonlySet<IdentifierKey>,
): boolean {
  return cases.some(
    (other) =>
      other &&
      other !== item &&
      !other.reading.roleOnly &&
      other.party !== 'organisation' &&
      parties.has(other.party) &&
      other.keys.some((key) => keys.has(key)),
  );
}

function hasStrongCompany(cases: readonly (Case | null)[]): boolean {
  return cases.some((other) => other?.keys[0] === 'company' && other.owner?.kind !== 'venture');
}
