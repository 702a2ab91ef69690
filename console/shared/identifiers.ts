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

/** `95%`. */
export const percent = (share: number): string => `${Math.round(share * 100)}%`;

/** The entries of a record of identifiers, in that order. */
export function inOrder<Value>(of: Record<string, Value>): [key: string, value: Value][] {
  return IDENTIFIERS.flatMap(([key]) => {
    const value = of[key];
    return value === undefined ? [] : [[key, value] as [string, Value]];
  });
}
