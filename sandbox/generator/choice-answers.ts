import type { Choice, Field, Form } from '../model';
import type { Random } from '../random';

const OTHERS = ['Something else entirely', 'Ørsted & Sons', 'Não sei', 'Weiß ich noch nicht', 'Aucun des trois'];

type Style = Form['payloadStyle'];

/** The value of a `choice` answer: `{id, label, ref}` since 2023, `{label}` before, `{other}` alone when it was typed. */
export function oneChoice(field: Field, style: Style, random: Random): Record<string, string> {
  if (field.properties.allow_other_choice && random.chance(0.3)) return { other: random.pick(OTHERS) };
  const { id, label, ref } = random.pick(field.properties.choices ?? []);
  return style === 'legacy' ? { label } : { id, label, ref };
}

/** The value of a `choices` answer: parallel lists, with `other` next to them (or alone) when something was typed. */
export function manyChoices(field: Field, style: Style, random: Random): Record<string, unknown> {
  const offered = field.properties.choices ?? [];
  const other = field.properties.allow_other_choice && random.chance(0.4) ? { other: random.pick(OTHERS) } : {};
  const fewest = 'other' in other ? 0 : 1;
  const chosen = random.shuffle(offered).slice(0, random.integer(fewest, offered.length));
  const inOrderOfForm = offered.filter((choice) => chosen.includes(choice));
  return { ...parallelLists(inOrderOfForm, style), ...other };
}

/** The value of a ranking: every choice, the order is the rank. */
export function ranked(field: Field, style: Style, random: Random): Record<string, unknown> {
  return parallelLists(random.shuffle(field.properties.choices ?? []), style);
}

/** The value of a `checkbox` question: reported to be an array of choices. */
export function ticked(field: Field, random: Random): Choice[] {
  const offered = field.properties.choices ?? [];
  return offered.slice(0, random.integer(1, offered.length));
}

function parallelLists(choices: Choice[], style: Style): Record<string, string[]> {
  const labels = choices.map((choice) => choice.label);
  if (style === 'legacy') return { labels };
  return { ids: choices.map((choice) => choice.id), labels, refs: choices.map((choice) => choice.ref) };
}
