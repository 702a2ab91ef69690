import type { Schemas } from '../api/client';

/** What can tell who somebody is, in the order in which people look for it. */
export const IDENTIFIERS = [
  ['email', 'E-mail'],
  ['phone', 'Phone'],
  ['fullName', 'Full name'],
  ['firstName', 'First name'],
  ['lastName', 'Last name'],
  ['company', 'Company'],
  ['birthday', 'Birthday'],
  ['gender', 'Gender'],
  ['addressLine1', 'Address'],
  ['addressLine2', 'Address, line 2'],
  ['city', 'City'],
  ['state', 'State'],
  ['postalCode', 'Postal code'],
  ['country', 'Country'],
] as const;

const WORDS = new Map<string, string>(IDENTIFIERS);

export const identifierWord = (key: string): string => WORDS.get(key) ?? key;

/** What the dialogs call a field of the API. */
const FIELDS: Record<string, string> = {
  expiresAt: 'Expires after',
  name: 'Name',
  overlapHours: 'Overlap in hours',
  phoneCountry: 'Default phone country',
  reason: 'Reason',
  retentionDays: 'Keep submissions for (days)',
  role: 'Role',
  tag: 'Tag',
};

/** The name of a field in a problem, such as `identifiers.email`; its path where it has none. */
export function fieldWord(path: string): string {
  const field = path.slice(path.lastIndexOf('.') + 1);
  return FIELDS[field] ?? WORDS.get(field) ?? path;
}

/** `95%`. */
export const percent = (share: number): string => `${Math.round(share * 100)}%`;

type Given = Pick<Schemas['ResponseView'], 'identifiers' | 'answers'>;

/** The question or hidden field that an identifier of a submission came from; both, for a name joined from first and last name. */
export function origin(key: string, { identifiers, answers }: Given): string {
  const { [key]: identifier, firstName, lastName } = identifiers;
  if (identifier === undefined) return '';
  // The service names the source of the first name alone.
  const isJoined =
    key === 'fullName' &&
    identifier.source === firstName?.source &&
    identifier.value === `${firstName.value} ${lastName?.value}`;
  const sources = new Set([identifier.source, ...(isJoined && lastName ? [lastName.source] : [])]);
  const words = [...sources].map((source) => {
    if (source.startsWith('hidden:')) return `hidden field ${source.slice(7)}`;
    const field = source.replace(/^field:/, '');
    return answers.find(({ fieldId }) => fieldId === field)?.title ?? source;
  });
  return words.join(' and ');
}

/** The entries of a record of identifiers, in that order. */
export function inOrder<Value>(of: Record<string, Value>): [key: string, value: Value][] {
  return IDENTIFIERS.flatMap(([key]) => {
    const value = of[key];
    return value === undefined ? [] : [[key, value] as [string, Value]];
  });
}
