/** Prepares the words of a clause for its grammar: cuts explanations, and reads numbers and companies as what they ask for. */
import type { Item } from './lexicon';

export function isLabel({ kind }: Item): boolean {
  return kind === 'label' || kind === 'name' || kind === 'nickname';
}

export function isNominal(item: Item | undefined): boolean {
  return item !== undefined && (item.kind === 'noun' || item.kind === 'unknown');
}

/** The clause without explanations; a number may be a phone's by the explanation: "a number to call you back". */
export function readyItems(items: readonly Item[]): Item[] {
  const ready = phoneNumbers(withoutExplanation(items));
  if (ready.some(isLabel) || ready.length === items.length) return ready;
  const whole = phoneNumbers(items.filter(({ kind }) => kind !== 'explanation'));
  return whole.some(isLabel) ? whole : ready;
}

/** "So that we can call you" starts an explanation; before the first label only the phrase itself is skipped. */
function withoutExplanation(items: readonly Item[]): Item[] {
  const label = items.findIndex((item) => isLabel(item) || item.kind === 'noun' || item.kind === 'number');
  const cut = items.findIndex(({ kind }, at) => kind === 'explanation' && label >= 0 && at > label);
  return (cut < 0 ? items : items.slice(0, cut)).filter(({ kind }) => kind !== 'explanation');
}

/**
 * A number is a phone number when a contact is mentioned ("Contact number", "Nº de contacto") or it is simply the client's
 * ("your number"); so is "your contact" alone. The value decides: no other kind of number looks like a phone number.
 */
function phoneNumbers(items: Item[]): Item[] {
  if (items.some(isLabel)) return items;
  const contact = items.findIndex(isContact);
  const number = items.findIndex(({ kind }) => kind === 'number');
  const yours = items.findIndex(({ kind }) => kind === 'yours');
  const at = phoneAt(items, { contact, number, yours });
  if (at < 0) return items;
  return items.flatMap((item, index): Item[] =>
    index === at ? [{ kind: 'label', key: 'phone', text: item.text }] : isContact(item) ? [] : [item],
  );
}

function phoneAt(
  items: readonly Item[],
  { contact, number, yours }: Record<'contact' | 'number' | 'yours', number>,
): number {
  if (number < 0) {
    const alone = !items.some((item) => item.kind === 'noun' && !isContact(item));
    return alone && contact >= 0 && (yours >= 0 || items[contact]?.kind === 'contact') ? contact : -1;
  }
  if (contact >= 0) return items.some(({ kind }) => kind === 'unknown') ? -1 : number;
  return yours >= 0 && yours < number && !items.slice(yours).some(isNominal) ? number : -1;
}

/** "Name and company", "Company / name": listed with a label, the company is asked for and owns nothing. */
export function companiesInRow(items: Item[]): Item[] {
  const joins = (at: number): boolean => ['and', 'slash', 'comma'].includes(items[at]?.kind ?? '');
  const skips = (at: number): boolean => ['article', 'yours'].includes(items[at]?.kind ?? '');
  return items.map((item, at): Item => {
    if (item.kind !== 'noun' || item.noun !== 'organisation') return item;
    let before = at - 1;
    while (skips(before)) before--;
    const next = items.slice(at + 2).find(({ kind }) => kind !== 'article' && kind !== 'yours');
    const behind = joins(at + 1) && next !== undefined && isLabel(next);
    const ahead = joins(before) && items.slice(0, before).some(isLabel);
    return behind || ahead ? { kind: 'label', key: 'company', text: item.text } : item;
  });
}

function isContact(item: Item): boolean {
  return item.kind === 'contact' || (item.kind === 'noun' && /^conta[ck]t?[oe]?s?$/.test(item.text));
}
