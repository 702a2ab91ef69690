/** Whose each answer is: settled once per form, because it depends on the other questions. Pure. */
import type { IdentifierKey } from '../identifiers';
import type { Owner, Reading } from './clause-grammar';
import type { Draft, Settled } from './form-plan';

type Party = 'plain' | 'client' | 'guardian' | 'dependant' | 'role' | 'unknown' | 'organisation' | 'other';

const PERSON_NAMES: ReadonlySet<IdentifierKey> = new Set(['fullName', 'firstName', 'lastName']);
const PLACE: ReadonlySet<IdentifierKey> = new Set([
  'addressLine1',
  'addressLine2',
  'city',
  'state',
  'postalCode',
  'country',
]);
/** What belongs to a body: asked right behind somebody's name it is that somebody's. */
const PERSONAL: ReadonlySet<IdentifierKey> = new Set(['birthday', 'gender']);

interface Case {
  reading: Reading;
  keys: readonly IdentifierKey[];
  party: Party;
  owner: Owner | null;
  inherited: boolean;
}

/**
 * Decides for each draft whose it is.
 * - Questions without an owner, and of a role in which people fill forms in, are the client's.
 * - A last name right behind somebody's first name, a birthday right behind a pet's name, are that somebody's.
 * - Parent and child: who is named without an owner is the client; else the parent; else, without a parent, the child.
 * - In a form about a thing ("List a property") that asks for nobody, an address is the thing's.
 * - A trade ("chef") or an owner that no list knows is the client when nobody else is asked for the same.
 */
export function settleOwners(drafts: readonly Draft[], isAboutThing: boolean): (Settled | null)[] {
  const cases = drafts.map(({ reading }) => (reading ? caseOf(reading) : null));
  settleAlternatives(cases);
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
  if (kind === 'contact') return 'client';
  if (kind === 'organisation' || kind === 'venture') return 'organisation';
  if (kind === 'thing' && (keys[0] === 'email' || keys[0] === 'phone') && !possessed) return 'unknown';
  if (kind === 'relation' || kind === 'emergency' || kind === 'thing' || kind === 'animal') return 'other';
  if (possessed) return 'other';
  return kind;
}

/** "Name / Company" asks for the company where another question names a person, else for the name. */
function settleAlternatives(cases: readonly (Case | null)[]): void {
  for (const item of cases) {
    if (!item?.reading.alternatives || !item.keys.includes('company') || !item.keys.includes('fullName')) continue;
    const named = cases.some(
      (other) =>
        other && other !== item && other.keys.some((key) => PERSON_NAMES.has(key)) && other.owner?.kind !== 'relation',
    );
    item.keys = [named ? 'company' : 'fullName'];
  }
}

/** Names, birthdays and genders that follow somebody's name without saying whose they are. */
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
        (named.owner?.kind === 'animal' || previous === named || previous?.inherited)
      )
        inherit(item, named);
    }
    if (item?.keys.some((key) => PERSON_NAMES.has(key)) && !item.inherited) named = isOfAnother(item) ? item : null;
    if (item?.owner?.kind === 'thing') named = null;
  }
}

function isOfAnother({ party }: Case): boolean {
  return party === 'other' || party === 'guardian' || party === 'dependant';
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

/** The parties that are the client in this form. */
function clientParties(cases: readonly (Case | null)[], drafts: readonly Draft[]): ReadonlySet<Party> {
  const named = (party: Party): boolean =>
    cases.some((item) => item?.party === party && item.keys.some((key) => PERSON_NAMES.has(key)));
  const parties = new Set<Party>(['plain', 'client', 'organisation']);
  const client = named('plain') || named('client');
  const clientSpokenOf = drafts.some(({ speaksOfClient }) => speaksOfClient);
  if (!client && !clientSpokenOf && named('guardian')) parties.add('guardian');
  else if (!client && named('dependant')) parties.add('dependant');
  else if (!client && !named('guardian') && !clientSpokenOf) {
    // Without anybody's name: the contact details of a parent alone are those of who fills the form in.
    const guardian = cases.some((item) => item?.party === 'guardian');
    parties.add(guardian ? 'guardian' : 'dependant');
  }
  return parties;
}

/** "Nome" beside "Sobrenome" asks for the first name, "Nom" beside "Prénom" for the last. */
function settleBareNames(cases: readonly (Case | null)[], parties: ReadonlySet<Party>): void {
  for (const item of cases) {
    if (!item?.reading.bare) continue;
    const beside = cases
      .filter((other) => other && other !== item && samePerson(other, item, parties))
      .flatMap((other) => other?.keys ?? []);
    const first = beside.includes('firstName');
    const last = beside.includes('lastName');
    if (first !== last) item.keys = [first ? 'lastName' : 'firstName'];
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
  if (reading.roleOnly && (item.party === 'organisation' || hasOwn(cases, item, parties, PERSON_NAMES))) return null;
  const settled = { keys, owner, lastResort: reading.roleOnly, bare: reading.bare && keys[0] !== 'fullName' };
  // What a thing, an animal or an unknown owner is called identifies nobody.
  if (PERSON_NAMES.has(key) && (owner?.kind === 'thing' || owner?.kind === 'unknown')) return null;
  if (item.party === 'role' || item.party === 'unknown') {
    const beside = PERSON_NAMES.has(key) ? PERSON_NAMES : new Set([key]);
    return { ...settled, whose: hasOwn(cases, item, parties, beside) ? 'other' : 'client', lastResort: true };
  }
  if (!parties.has(item.party)) return { ...settled, whose: 'other' };
  if (key === 'company' && owner?.kind === 'venture' && hasStrongCompany(cases))
    return { ...settled, whose: 'client', lastResort: true };
  return { ...settled, whose: 'client' };
}

/** Whether another question asks for one of the keys of the client himself. */
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
