/** The plan of a form: what each question and hidden field means, whose it is, how sure and why. Made once per form; pure. */
import { plainTitle } from '../answers';
import type { IdentifierKey, IdentifierMapping } from '../identifiers';
import { IDENTIFIER_KEYS } from '../identifiers';
import { canHold, typedKey } from './answer-types';
import { type Owner, type Reading } from './clause-grammar';
import { detectLanguages, type FormLanguages } from './form-language';
import { HIDDEN, sourceOf } from './mapping-problems';
import { describeOwner, reasonFor } from './plan-reasons';
import { namesNoun, namesOwner, readForeignTitle, readName, readTitle } from './title-reading';
import { type Language, LANGUAGES } from './vocabulary/vocabulary';
import { settleOwners } from './whose';

/** A question that can be answered: the leaf, when a form nests questions in groups. */
export interface FormQuestion {
  id: string;
  ref: string | null;
  title: string | null;
  type: string | null;
}

export interface QuestionPlan {
  key: IdentifierKey | null;
  whose: 'client' | 'other' | 'unknown';
  confidence: number;
  decidedBy: 'mapping' | 'type' | 'title' | 'ref' | 'hidden';
  /** Why, in words for people. */
  reason: string;
  /** One answer holds several identifiers, in this order: it is split where that can be done surely. */
  parts?: readonly IdentifierKey[];
  /** The parts are alternatives of which the answer is one. */
  alternatives?: true;
  /** "Name" alone, settled by the questions beside it: an answer that holds the other part too is the whole name. */
  bare?: true;
  /** The order of a date that the title asks for. */
  dateOrder?: DateOrder;
}
export type DateOrder = 'dmy' | 'mdy' | 'ymd';

export interface FormPlan {
  questions: ReadonlyMap<string, QuestionPlan | null>;
  /** Hidden fields by name. */
  hidden: ReadonlyMap<string, QuestionPlan | null>;
  /** The form's language where its titles tell it. */
  language: Language | null;
  /** Words of the titles that tell Portugal from Brazil, Mexico from Spain ...: read when a phone number has no country. */
  titles: readonly string[];
}

/** How sure each way of finding an identifier is, in the order of design section 5. */
export const CONFIDENCE = { mapping: 1, type: 0.95, title: 0.8, secondary: 0.75, ref: 0.7, hidden: 0.6 } as const;
/** Taken off where words of a title were not understood, and where an organisation owns the address or number. */
const DOUBT = 0.03;

/** A question as the plan is made: read, not yet settled. */
export interface Draft {
  question: FormQuestion;
  reading: Reading | null;
  decidedBy: 'type' | 'title' | 'ref';
  /** The title speaks of somebody in a role in which people fill forms in: "Documento del paciente". */
  speaksOfClient: boolean;
}

/**
 * Classifies every question and hidden field of a form (contract section 7). A mapped source serves its key and nothing
 * else; a key that is mapped to a source of this form, or to null, is guessed nowhere else.
 */
export function planForm(
  form: { title: string | null; questions: readonly FormQuestion[]; hidden: readonly string[] },
  mapping: IdentifierMapping = {},
): FormPlan {
  const titles = form.questions.flatMap(({ title }) => (title === null ? [] : [plainTitle(title)]));
  const languages = detectLanguages([form.title ?? '', ...titles]);
  const drafts = form.questions.map((question) => ({
    ...draft(question, languages),
    speaksOfClient: namesOwner(question.title ?? '', languages.languages, ['client']),
  }));
  const settled = settleOwners(drafts, namesNoun(form.title ?? '', languages.languages, ['thing', 'animal']));
  const questions = new Map<string, QuestionPlan | null>();
  for (const [index, item] of drafts.entries()) {
    questions.set(item.question.id, planQuestion(item, settled[index] ?? null));
  }
  const hidden = new Map(form.hidden.map((name) => [name, planHidden(name)]));
  applyMapping(mapping, form, questions, hidden);
  return { questions, hidden, language: languages.main, titles };
}

/** The type decides over the title, the title over the ref; a ref that names an owner is heard where the title names none. */
function draft(question: FormQuestion, { languages }: FormLanguages): Omit<Draft, 'speaksOfClient'> {
  const { title, ref, type } = question;
  const typed = typedKey(type);
  const others = LANGUAGES.filter((language) => !languages.includes(language));
  const byTitle = title === null ? null : readTitle(title, languages);
  const foreign = title !== null && !byTitle?.complete ? readForeignTitle(title, others) : null;
  const reading = foreign ?? byTitle;
  const byRef =
    ref === null ? null : readName(ref, ['en', ...languages.filter((language) => language !== 'en'), ...others]);
  if (typed) return { question, reading: ofType(typed, reading, byRef), decidedBy: 'type' };
  const understood =
    reading && (reading.complete || reading.keys.some(isSelfEvident)) && !reading.roleOnly ? reading : null;
  if (understood && !(understood.bare && byRef && byRef.keys[0] !== 'fullName' && byRef.owner)) {
    const owner = understood.owner ?? (isSomebodyElse(byRef?.owner) ? (byRef?.owner ?? null) : null);
    return { question, reading: { ...understood, owner }, decidedBy: 'title' };
  }
  if (byRef && !byRef.roleOnly) return { question, reading: byRef, decidedBy: 'ref' };
  return { question, reading, decidedBy: 'title' };
}

function isSelfEvident(key: IdentifierKey): boolean {
  return key === 'email' || key === 'phone';
}

function isSomebodyElse(owner: Owner | null | undefined): boolean {
  return owner?.kind === 'relation' || owner?.kind === 'emergency';
}

/** An e-mail or phone question is one whatever its title says; the title or ref may still name its owner. */
function ofType(key: IdentifierKey, title: Reading | null, ref: Reading | null): Reading {
  const owner = title?.owner ?? (isSomebodyElse(ref?.owner) ? (ref?.owner ?? null) : null);
  const labelled = title?.keys.includes(key) ?? false;
  return {
    keys: [key],
    bare: false,
    owner,
    own: title?.own ?? false,
    secondary: (title?.secondary ?? false) || (ref?.secondary ?? false),
    complete: labelled && (title?.complete ?? false),
    roleOnly: false,
    alternatives: false,
  };
}

function planQuestion({ question, reading, decidedBy }: Draft, settled: Settled | null): QuestionPlan | null {
  if (!reading || !settled) return null;
  const keys = settled.keys.filter((key) => canHold(key, question.type));
  const [key] = keys;
  if (!key) return null;
  const sure = reading.secondary ? CONFIDENCE.secondary : CONFIDENCE[decidedBy];
  const doubt = reading.complete || decidedBy === 'ref' ? 0 : DOUBT;
  const company =
    reading.owner &&
    ['organisation', 'venture', 'thing', 'unknown', 'role'].includes(reading.owner.kind) &&
    key !== 'company'
      ? DOUBT
      : 0;
  const last = settled.lastResort ? 2 * DOUBT : 0;
  const dateOrder = key === 'birthday' ? dateOrderIn(question.title ?? '') : null;
  return {
    key,
    whose: settled.whose,
    confidence: Math.round((sure - doubt - company - last) * 100) / 100,
    decidedBy,
    reason: reasonFor(keys, decidedBy, settled),
    ...(keys.length > 1 ? { parts: keys } : {}),
    ...(keys.length > 1 && reading.alternatives ? { alternatives: true as const } : {}),
    ...(settled.bare ? { bare: true as const } : {}),
    ...(dateOrder ? { dateOrder } : {}),
  };
}

/** What the other questions of the form made of a reading. */
export interface Settled {
  keys: readonly IdentifierKey[];
  whose: 'client' | 'other' | 'unknown';
  owner: Owner | null;
  /** Taken only when nothing better is answered: a role without the word "name", a nickname. */
  lastResort: boolean;
  bare: boolean;
}

function planHidden(name: string): QuestionPlan | null {
  const reading = readName(name, LANGUAGES);
  const [key] = reading?.keys ?? [];
  if (!reading || !key || reading.keys.length > 1 || reading.roleOnly) return null;
  const other = reading.owner && !['client', 'contact', 'organisation', 'venture'].includes(reading.owner.kind);
  return {
    key,
    whose: other ? 'other' : 'client',
    confidence: CONFIDENCE.hidden - (reading.secondary ? DOUBT : 0),
    decidedBy: 'hidden',
    reason: other
      ? `the name of the hidden field speaks of somebody else: ${describeOwner(reading.owner)}`
      : 'the name of the hidden field says so',
  };
}

function applyMapping(
  mapping: IdentifierMapping,
  form: { questions: readonly FormQuestion[]; hidden: readonly string[] },
  questions: Map<string, QuestionPlan | null>,
  hidden: Map<string, QuestionPlan | null>,
): void {
  const plans = [questions, hidden];
  const mapped = IDENTIFIER_KEYS.filter((key) => mapping[key] !== undefined);
  for (const key of mapped) {
    const target = mapping[key] ?? null;
    const source = target === null ? null : sourceOf(target, form);
    if (target !== null && source === null) continue;
    for (const plan of plans) {
      for (const [id, guess] of plan) if (guess?.decidedBy !== 'mapping') plan.set(id, without(key, guess));
    }
  }
  for (const key of mapped) {
    const target = mapping[key] ?? null;
    const source = target === null ? null : sourceOf(target, form);
    if (source === null) continue;
    const plan = source.startsWith(HIDDEN) ? hidden : questions;
    const id = source.startsWith(HIDDEN) ? source.slice(HIDDEN.length) : source;
    const title = form.questions.find((question) => question.id === id)?.title ?? '';
    const dateOrder = key === 'birthday' ? dateOrderIn(title) : null;
    const before = plan.get(id);
    const parts = before?.decidedBy === 'mapping' && before.key ? [...(before.parts ?? [before.key]), key] : null;
    plan.set(id, {
      key: parts?.[0] ?? key,
      whose: 'client',
      confidence: CONFIDENCE.mapping,
      decidedBy: 'mapping',
      reason: 'an admin mapped it',
      ...(parts ? { parts } : {}),
      ...(dateOrder ? { dateOrder } : {}),
    });
  }
}

/** A guess that may no longer be this key. */
function without(key: IdentifierKey, guess: QuestionPlan | null): QuestionPlan | null {
  if (!guess) return null;
  const keys = (guess.parts ?? [guess.key]).filter((part) => part !== null && part !== key) as IdentifierKey[];
  const [first] = keys;
  if (keys.length === (guess.parts ?? [guess.key]).length) return guess;
  if (!first || !guess.parts)
    return {
      key: null,
      whose: guess.whose,
      confidence: CONFIDENCE.mapping,
      decidedBy: 'mapping',
      reason: `an admin said where this form asks for the ${key}: not here`,
    };
  // An answer that holds several identifiers is still split into all of them.
  return guess;
}

/** "(DD/MM/YYYY)", "JJ/MM/AAAA", "TT.MM.JJJJ", "mm-dd-yyyy" in a title. */
export function dateOrderIn(title: string): DateOrder | null {
  const text = title.slice(0, 2000).toLowerCase();
  if (/(?<!\p{Letter})(?:dd?|jj|tt)[\s./-]{1,3}mm?[\s./-]{1,3}(?:yy|aa|jj)/u.test(text)) return 'dmy';
  if (/(?<!\p{Letter})mm?[\s./-]{1,3}(?:dd?|jj|tt)[\s./-]{1,3}(?:yy|aa|jj)/u.test(text)) return 'mdy';
  if (/(?<!\p{Letter})(?:yyyy|aaaa|jjjj)[\s./-]{1,3}mm?[\s./-]{1,3}(?:dd?|jj|tt)/u.test(text)) return 'ymd';
  return null;
}
