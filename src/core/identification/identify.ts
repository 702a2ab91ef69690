/** A submission and the plan of its form -> who it is about: identifiers with source and confidence. Pure. */
import { choiceLabel, type NormalisedAnswer, type Submission } from '../answers';
import { arrayOf, objectOf, stringOf } from '../typeform-event';
import { type Identifier, IDENTIFIER_KEYS, type IdentifierKey, type Identifiers } from '../identifiers';
import { answerHolds } from './answer-types';
import { birthdayValue } from './birthday-values';
import { canonicalEmail, emailIn, isNobodysEmail } from './email-values';
import type { FormPlan, FormQuestion, QuestionPlan } from './plan';
import { phoneCountries, type PhoneSettings } from './phone-countries';
import { isNobodysPhone, NO_COUNTRY, type PhoneCountries, phoneValue } from './phone-values';
import { splitValue } from './split-values';
import { isPlausible, isUnfilled, tidy } from './text-values';
import { fold, nameWords } from './title-text';

/** A full name joined from first and last name is slightly less certain than the less certain of the two. */
const DERIVED = 0.9;

const MAX_ANSWERS_PER_KEY = 20;

/** A found identifier before one is chosen per key; `order` is the position of its question in the form. */
interface Candidate extends Identifier {
  key: IdentifierKey;
  order: number;
  bare: boolean;
}

/** A value as answered, with the plan of its question. */
interface Answered {
  key: IdentifierKey;
  text: string;
  /** Validated by Typeform or mapped by an admin: never discarded. */
  believed: boolean;
  questionType: string | null;
  source: string;
  order: number;
  /** The year of the submission. */
  year: number | null;
  plan: QuestionPlan;
}

/** The questions of a submission, each once, for planning a form without a stored definition. */
export function questionsOf({ answers }: Submission): FormQuestion[] {
  const questions = new Map<string, FormQuestion>();
  for (const { fieldId, ref, title, fieldType } of answers)
    questions.set(fieldId, { id: fieldId, ref, title, type: fieldType });
  return [...questions.values()];
}

/**
 * Finds the identifiers of a submission by its form's plan (contract section 7). Per key the most certain answer wins, among
 * equals the first in the form; a full name is joined from first and last name when none was asked for, never split.
 */
export function identify(submission: Submission, plan: FormPlan, settings: PhoneSettings): Identifiers {
  const answered = mostCertain([...typedAnswers(submission, plan), ...hiddenAnswers(submission, plan)]);
  const others = choose(
    answered.filter(({ key }) => key !== 'phone').flatMap((item) => candidatesOf(item, NO_COUNTRY, plan)),
  );
  const phones = answered.filter(({ key }) => key === 'phone');
  const countries = phones.length > 0 ? phoneCountries(submission, plan, toIdentifiers(others), settings) : NO_COUNTRY;
  const best = choose([...others.values(), ...phones.flatMap((item) => candidatesOf(item, countries, plan))]);
  dropContradicted(best, answered, countries, plan);
  settleBareName(best);
  joinName(best);
  return toIdentifiers(best);
}

/** Whether an e-mail or phone may identify clients: normalised, and not a placeholder. */
export function findsClients(key: 'email' | 'phone', identifier: Identifier): boolean {
  if (identifier.normalised === false) return false;
  return key === 'email' ? !isNobodysEmail(identifier.value) : !isNobodysPhone(identifier.value);
}

/** Per key, those that could win: far more than any form asks for. Each may cost a phone number read in twenty countries. */
function mostCertain(answered: readonly Answered[]): Answered[] {
  const counts = new Map<IdentifierKey, number>();
  return [...answered]
    .sort((a, b) => b.plan.confidence - a.plan.confidence || a.order - b.order)
    .filter(({ key }) => {
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      return count <= MAX_ANSWERS_PER_KEY;
    });
}

function typedAnswers({ answers, submittedAt }: Submission, plan: FormPlan): Answered[] {
  const year = submittedAt?.getUTCFullYear() ?? null;
  const order = new Map([...plan.questions.keys()].map((id, index) => [id, index]));
  return answers.flatMap((answer) => {
    const meaning = plan.questions.get(answer.fieldId);
    const text = textOf(answer);
    if (!meaning?.key || meaning.whose !== 'client' || text === null) return [];
    const at = order.get(answer.fieldId) ?? 0;
    return partsOf(meaning, text).flatMap(({ key, text: part }) => {
      const mapped = meaning.decidedBy === 'mapping';
      if (!mapped && !answerHolds(key, answer.type)) return [];
      const validated = answer.type === 'email' || answer.type === 'phone_number' || answer.type === 'date';
      return [
        {
          key,
          text: part,
          believed: mapped || validated,
          questionType: answer.fieldType,
          source: `field:${answer.fieldId}`,
          order: at,
          year,
          plan: meaning,
        },
      ];
    });
  });
}

function hiddenAnswers({ hidden, submittedAt }: Submission, plan: FormPlan): Answered[] {
  const year = submittedAt?.getUTCFullYear() ?? null;
  return [...plan.hidden.entries()].flatMap(([name, meaning], index) => {
    if (!meaning?.key || meaning.whose !== 'client' || !Object.hasOwn(hidden, name)) return [];
    const text = hidden[name] ?? '';
    if (isUnfilled(tidy(text))) return [];
    const mapped = meaning.decidedBy === 'mapping';
    return partsOf(meaning, text).map(({ key, text: part }) => ({
      key,
      text: part,
      believed: mapped,
      questionType: null,
      source: `hidden:${name}`,
      order: plan.questions.size + index,
      year,
      plan: meaning,
    }));
  });
}

/** The answer's text for each of the keys that its question asks for. A mapping gives the entire answer to each of its keys. */
function partsOf(meaning: QuestionPlan, text: string): { key: IdentifierKey; text: string }[] {
  if (!meaning.parts) return meaning.key ? [{ key: meaning.key, text }] : [];
  if (meaning.decidedBy === 'mapping') return meaning.parts.map((key) => ({ key, text }));
  const split = splitValue(text, meaning.parts);
  if (!split) return [];
  return meaning.parts.flatMap((key) => {
    const part = split[key];
    return part === undefined ? [] : [{ key, text: part }];
  });
}

function textOf({ type, value }: NormalisedAnswer): string | null {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return value;
  if (type === 'choice') return choiceLabel(value);
  // Several choices are no answer; a single one is, even if more were allowed.
  const labels = type === 'choices' ? arrayOf(objectOf(value).labels) : [];
  return labels.length === 1 ? stringOf(labels[0]) : null;
}

function candidatesOf(item: Answered, countries: PhoneCountries, plan: FormPlan): Candidate[] {
  const found = valueOf(item, countries, plan);
  if (!found) return [];
  const { key, source, order } = item;
  return [
    {
      key,
      source,
      order,
      value: found.value,
      confidence: item.plan.confidence,
      bare: item.plan.bare ?? false,
      ...(found.normalised ? {} : { normalised: false as const }),
    },
  ];
}

/** The value in canonical form; as typed when it is trusted but has none; null when it is not a value of its key. */
function valueOf(
  item: Answered,
  countries: PhoneCountries,
  plan: FormPlan,
): { value: string; normalised: boolean } | null {
  const line = tidy(item.text);
  if (isUnfilled(line)) return null;
  if (!item.believed && !isPlausible(item.key, line, item.questionType)) return null;
  const found = canonical(item, line, countries, plan);
  if (found) return found;
  return item.believed ? { value: line, normalised: false } : null;
}

function canonical(
  item: Answered,
  line: string,
  countries: PhoneCountries,
  plan: FormPlan,
): { value: string; normalised: boolean } | null {
  switch (item.key) {
    case 'email': {
      const email = canonicalEmail(item.text) ?? (item.believed ? null : (emailIn(line)?.email ?? null));
      return email === null ? null : { value: email, normalised: true };
    }
    case 'phone': {
      const phone = phoneValue(item.text, countries);
      // A number question drops the trunk 0.
      const trunk =
        item.questionType === 'number' && !phone?.normalised ? phoneValue(`0${item.text}`, countries) : null;
      if (trunk?.normalised) return trunk;
      return phone && !phone.normalised && item.believed ? { value: line, normalised: false } : phone;
    }
    case 'birthday':
      return birthdayValue(item.text, item.plan.dateOrder ?? null, plan.language, item.year);
    default:
      return { value: line, normalised: true };
  }
}

/** Per key the most certain candidate, then a normalised one, then the first in the form. */
function choose(candidates: readonly Candidate[]): Map<IdentifierKey, Candidate> {
  const best = new Map<IdentifierKey, Candidate>();
  for (const candidate of candidates) {
    const rival = best.get(candidate.key);
    if (!rival || compare(candidate, rival) < 0) best.set(candidate.key, candidate);
  }
  return best;
}

function compare(a: Candidate, b: Candidate): number {
  return (
    b.confidence - a.confidence ||
    Number(a.normalised === false) - Number(b.normalised === false) ||
    a.order - b.order ||
    (a.value < b.value ? -1 : a.value > b.value ? 1 : 0)
  );
}

/**
 * Hidden fields come from a link, which people forward: when one contradicts what was typed (a different e-mail or
 * phone, a name with other words), the link was made for someone else, and none of its hidden fields count.
 */
function dropContradicted(
  best: Map<IdentifierKey, Candidate>,
  answered: readonly Answered[],
  countries: PhoneCountries,
  plan: FormPlan,
): void {
  const hidden = answered
    .filter((item) => isGuessedHidden(item.source, item.plan))
    .flatMap((item) => candidatesOf(item, countries, plan));
  if (hidden.length === 0) return;
  const typed = [...best.values()].filter(({ source }) => !hidden.some((candidate) => candidate.source === source));
  const contradicted = hidden.some((candidate) => typed.some((other) => contradicts(candidate, other)));
  if (!contradicted) return;
  for (const [key, { source }] of best) if (hidden.some((candidate) => candidate.source === source)) best.delete(key);
}

function isGuessedHidden(source: string, meaning: QuestionPlan): boolean {
  return source.startsWith('hidden:') && meaning.decidedBy !== 'mapping';
}

const NAME_KEYS: readonly IdentifierKey[] = ['fullName', 'firstName', 'lastName'];

function contradicts(hidden: Candidate, typed: Candidate): boolean {
  if (hidden.key === typed.key && (hidden.key === 'email' || hidden.key === 'phone' || hidden.key === 'birthday'))
    return hidden.value !== typed.value && (hidden.normalised !== false || hidden.key !== 'phone');
  const names = NAME_KEYS.includes(hidden.key) && NAME_KEYS.includes(typed.key);
  if (!names || (hidden.key !== typed.key && hidden.key !== 'fullName' && typed.key !== 'fullName')) return false;
  const words = new Set(nameWords(typed.value));
  return !nameWords(hidden.value).some((word) => words.has(word));
}

/** A "Name" read as first or last name because of the question next to it, but whose answer holds the other part, too. */
function settleBareName(best: Map<IdentifierKey, Candidate>): void {
  for (const [key, otherKey] of [
    ['firstName', 'lastName'],
    ['lastName', 'firstName'],
  ] as const) {
    const bare = best.get(key);
    if (!bare?.bare || best.has('fullName')) continue;
    const other = best.get(otherKey);
    if (other && fold(bare.value).split(' ').length > 1 && fold(bare.value).includes(fold(other.value))) {
      best.delete(key);
      best.set('fullName', { ...bare, key: 'fullName' });
    } else if (!other) {
      best.delete(key);
      best.set('fullName', { ...bare, key: 'fullName' });
    }
  }
}

function joinName(best: Map<IdentifierKey, Candidate>): void {
  const first = best.get('firstName');
  const last = best.get('lastName');
  if (best.has('fullName') || !first || !last) return;
  const confidence = Math.round(Math.min(first.confidence, last.confidence) * DERIVED * 100) / 100;
  best.set('fullName', { ...first, key: 'fullName', value: `${first.value} ${last.value}`, confidence });
}

function toIdentifiers(best: ReadonlyMap<IdentifierKey, Candidate>): Identifiers {
  const found: Identifiers = {};
  for (const key of IDENTIFIER_KEYS) {
    const candidate = best.get(key);
    if (!candidate) continue;
    const { value, source, confidence, normalised } = candidate;
    found[key] = { value, source, confidence, ...(normalised === false ? { normalised } : {}) };
  }
  return found;
}
