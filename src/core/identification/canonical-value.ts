/** The canonical form of a value that an admin gives for an identifier. Pure. */
import { z } from 'zod';
import type { IdentifierKey } from '../identifiers';
import { canonicalEmail } from './email-values';
import { canonicalPhone } from './phone-values';
import { isUnfilled, tidy } from './text-values';

const DATE = z.iso.date();

/** E-mail in lower case, phone in E.164, birthday as `YYYY-MM-DD`, anything else as one line; null when it is not a valid value. */
export function canonicalValue(key: IdentifierKey, text: string): string | null {
  if (key === 'email') return canonicalEmail(text);
  if (key === 'phone') return canonicalPhone(text);
  const line = tidy(text);
  if (line === '' || isUnfilled(line)) return null;
  return key === 'birthday' && !DATE.safeParse(line).success ? null : line;
}
