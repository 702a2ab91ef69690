/** LIKE patterns that a search text (core/search-text) has if it names a person; few others have them. Pure. */
import { domainToUnicode } from 'node:url';
import type { WantedPerson } from './person-traces';
import { foldText } from './search-text';

/** The last digits of a number stand together or in pairs, whatever stands around them. */
const LAST_DIGITS = /^(\d\d)(\d\d)$/;

/** Of texts that name the person, each matches one of these lists entirely. Empty: nothing is looked for. */
export function personPatterns({ email, phone, name }: WantedPerson): string[][] {
  const lists: string[][] = [];
  if (email !== null) {
    const at = email.lastIndexOf('@');
    const domains = [email.slice(at + 1), domainToUnicode(email.slice(at + 1))];
    for (const domain of new Set(domains))
      lists.push([contains(`${foldText(email.slice(0, at))}@${foldText(domain)}`)]);
  }
  if (phone !== null) {
    const [, first = '', last = ''] = LAST_DIGITS.exec(phone.national.slice(-4)) ?? [];
    for (const between of ['', ' ', '-', '.']) lists.push([contains(`${first}${between}${last}`)]);
  }
  if (name.length > 0) lists.push(name.map(contains));
  return lists;
}

function contains(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}
