/** The canonical form of an identifier's value, and whether a value is plausible for what its question seems to ask. */
import parsePhoneNumber from 'libphonenumber-js/max';
import { z } from 'zod';
import type { IdentifierKey } from './identifier-words';
import { storableText } from './storable';

const MAX_LENGTH = 500;
const MAX_EMAIL_LENGTH = 254;
/** 15 digits, spaces and brackets between them, an extension. */
const MAX_PHONE_LENGTH = 40;
const INVISIBLE = /[\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2064\uFEFF]/g;
const EMAIL = z.email();
const DATE = z.iso.date();

/** Values that stand for nothing: Typeform's own example of a hidden field ("xxxxx"), unresolved merge tags, "n/a". */
const PLACEHOLDER = /^(?:x{3,}|null|undefined|none|n\/?a|[^\p{Letter}\p{Number}]*)$/iu;
const MERGE_TAG = /\{\{|\*\||%%|\[\[/;
const YES_OR_NO = new Set(['yes', 'no', 'sim', 'não', 'nao', 'sí', 'si', 'oui', 'non', 'ja', 'nein', 'true', 'false']);

/**
 * The canonical form of a value, or null when it is none: e-mail NFKC-normalised, lower-cased and validated; phone in
 * E.164; birthday `YYYY-MM-DD`; anything else one line of at most 500 characters.
 */
export function canonicalValue(key: IdentifierKey, text: string): string | null {
  if (key === 'email') return canonicalEmail(text);
  if (key === 'phone') return canonicalPhone(text);
  const line = tidy(text);
  if (PLACEHOLDER.test(line) || MERGE_TAG.test(line)) return null;
  if (key === 'birthday') return DATE.safeParse(line).success ? line : null;
  return line;
}

/** An e-mail address in the one form in which addresses are compared, or null when it is no valid address. */
export function canonicalEmail(text: string): string | null {
  if (text.length > 2 * MAX_EMAIL_LENGTH) return null;
  const email = tidy(text.normalize('NFKC')).toLowerCase();
  return email.length <= MAX_EMAIL_LENGTH && EMAIL.safeParse(email).success ? email : null;
}

/** A phone number in E.164, or null when it is not valid or has no country code: which country is never guessed. */
export function canonicalPhone(text: string): string | null {
  if (text.length > 2 * MAX_PHONE_LENGTH) return null;
  const international = tidy(text.normalize('NFKC')).replace(/^00/, '+');
  if (!international.startsWith('+') || international.length > MAX_PHONE_LENGTH) return null;
  const phone = parsePhoneNumber(international, { extract: false });
  return phone?.isValid() ? phone.number : null;
}

/** Whether a canonical value can be what the key means. Asked of guesses only: an explicit mapping is believed. */
export function isPlausible(key: IdentifierKey, value: string): boolean {
  const words = value.split(' ').length;
  switch (key) {
    case 'email':
    case 'phone':
    case 'birthday':
      return true;
    case 'fullName':
    case 'firstName':
    case 'lastName':
      return value.length <= 100 && words <= 8 && hasLetter(value) && !/[\d@<>{}=]|:\/\//.test(value);
    case 'company':
      return value.length <= 150 && words <= 12 && !YES_OR_NO.has(value.toLowerCase()) && !isAddressOfNet(value);
    case 'postalCode':
      return value.length <= 12 && /\d/.test(value) && /^[\p{Letter}\d -]+$/u.test(value);
    case 'addressLine1':
    case 'addressLine2':
      return !YES_OR_NO.has(value.toLowerCase()) && !isAddressOfNet(value);
    case 'gender':
    case 'country':
      return value.length <= 80 && words <= 8 && hasLetter(value) && !/\d/.test(value) && !isAddressOfNet(value);
    case 'city':
    case 'state':
      return value.length <= 80 && words <= 8 && hasLetter(value) && !isAddressOfNet(value);
  }
}

function hasLetter(value: string): boolean {
  return /\p{Letter}/u.test(value);
}

/** An e-mail address or link where something else was asked for. */
function isAddressOfNet(value: string): boolean {
  return value.includes('@') || value.includes('://');
}

/** One trimmed line without invisible characters, bounded. */
function tidy(text: string): string {
  const line = text
    .slice(0, 4 * MAX_LENGTH)
    .replace(INVISIBLE, '')
    .replace(/[\p{Control}\s]+/gu, ' ')
    .trim();
  return storableText(line.slice(0, MAX_LENGTH)).trim();
}
