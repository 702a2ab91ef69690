/** One answer that holds several identifiers ("12345 Musterstadt") -> its parts, or nothing when the split is ambiguous. */
import type { IdentifierKey } from '../identifiers';
import { emailIn } from './email-values';
import { phoneValue, NO_COUNTRY } from './phone-values';
import { tidy } from './text-values';

const POSTAL =
  /(?<![\p{Letter}\d])(?:[A-Za-z]{1,2}\d[A-Za-z\d]? ?\d[A-Za-z]{2}|[A-Za-z]\d[A-Za-z] ?\d[A-Za-z]\d|(?:[A-Z]{1,2}-)?\d{4,6}(?:-\d{3,4})?)(?![\p{Letter}\d])/u;

/**
 * Splits a text into the asked parts. E-mail, phone and postal code are recognised by their format; the rest is divided at
 * commas, slashes, semicolons or " - " and must then have exactly as many pieces as parts remain.
 */
export function splitValue(
  text: string,
  parts: readonly IdentifierKey[],
): Partial<Record<IdentifierKey, string>> | null {
  const split: Partial<Record<IdentifierKey, string>> = {};
  let rest = tidy(text);
  const left = [...parts];
  const take = (key: IdentifierKey, found: { value: string; rest: string } | null): void => {
    const at = left.indexOf(key);
    if (at < 0 || !found) return;
    split[key] = found.value;
    rest = found.rest.replace(/^[\s,;/|-]+|[\s,;/|-]+$/g, '');
    left.splice(at, 1);
  };
  if (left.includes('email')) take('email', shaped(emailIn(rest)));
  if (left.includes('phone')) take('phone', numberOf(rest));
  if (left.includes('postalCode')) take('postalCode', postalCodeOf(rest));
  const shapes: readonly IdentifierKey[] = ['email', 'phone', 'postalCode'];
  const missing = left.filter((key) => shapes.includes(key));
  const named = left.filter((key) => !shapes.includes(key));
  if (named.length === 0) return Object.keys(split).length > 0 ? split : null;
  if (rest === '') return Object.keys(split).length > 0 ? split : null;
  // If a recognisable part is missing, the rest can only be assigned when a single part remains.
  if (named.length === 1 && (missing.length === 0 || missing.length < parts.length - 1 || !/\d/.test(rest))) {
    const [key] = named;
    if (key) split[key] = rest;
    return split;
  }
  const pieces = rest.split(/\s*[,;/|\n]\s*|\s+[-–—]\s+/).filter((piece) => piece !== '');
  if (pieces.length !== named.length) return Object.keys(split).length > 0 ? split : null;
  for (const [index, key] of named.entries()) split[key] = pieces[index];
  return split;
}

function shaped(found: { email: string; rest: string } | null): { value: string; rest: string } | null {
  return found && { value: found.email, rest: found.rest };
}

function numberOf(text: string): { value: string; rest: string } | null {
  const run = /[+(]{0,2}\d[\d\s().-]{5,}\d/.exec(text)?.[0];
  if (!run || !phoneValue(run, NO_COUNTRY)) return null;
  return { value: run, rest: text.replace(run, ' ').trim() };
}

function postalCodeOf(text: string): { value: string; rest: string } | null {
  const code = POSTAL.exec(text)?.[0];
  return code ? { value: code, rest: text.replace(code, ' ').replace(/\s+/g, ' ').trim() } : null;
}
