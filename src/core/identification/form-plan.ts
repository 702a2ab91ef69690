/** Plans a form: what each question and hidden field means, whose it is, how certain that is, and why. Pure. */
import type { IdentifierKey, IdentifierMapping } from '../identifiers';
import { canHold, typedKey } from './answer-types';
import { countryOfWords } from './countries';
import { dateOrderIn } from './date-order';
import { detectLanguages, type FormLanguages } from './form-language';
import type { Owner } from './ownership';
import { CONFIDENCE, type Draft, type FormPlan, type FormQuestion, type QuestionPlan, type Settled } from './plan';
import { applyMapping } from './plan-mapping';
import { describeOwner, reasonFor } from './plan-reasons';
import type { Reading } from './reading';
import { ReadingAllowance } from './reading-allowance';
import { emergencyIn, otherNamedBy } from './somebody-else';
import { namesNoun, namesOwner, readForeignTitle, readTitle } from './title-reading';
import type { Title } from './title-text';
import { type Language, LANGUAGES } from './vocabulary/vocabulary';
import { settleOwners } from './whose';

/** Deducted for each reason to doubt: words not understood, an organisation that owns the number, a second choice. */
const DOUBT = 0.03;

/**
 * Classifies every question and hidden field of a form (contract section 7). A mapped source serves its key and nothing
 * else; a key that is mapped to a source of this form, or to null, is not guessed anywhere else.
 */
export function planForm(
  form: { title: string | null; questions: readonly FormQuestion[]; hidden: readonly string[] },
  mapping: IdentifierMapping = {},
): FormPlan {
  const allowance = new ReadingAllowance();
  const formTitle = allowance.title(form.title);
  const asked = form.questions.map((question) => ({ question, title: allowance.title(question.title) }));
  const languages = detectLanguages([formTitle, ...asked.map(({ title }) => title)]);
  const drafts = inGroups(
    asked.map(({ question, title }) => draft(question, title, languages, allowance)),
    (group) => otherNamedBy(allowance.title(group).clauses, languages.languages),
  );
  const titleWords = new Set(formTitle.clauses.flatMap(({ words }) => words));
  const settled = settleOwners(drafts, {
    isAboutThing: namesNoun(formTitle.clauses, languages.languages, ['thing', 'animal']),
    isInTitle: (word) => titleWords.has(word) || titleWords.has(`${word}s`),
  });
  const questions = new Map<string, QuestionPlan | null>();
  for (const [index, item] of drafts.entries()) {
    questions.set(item.question.id, planQuestion(item, settled[index] ?? null));
  }
  const hidden = new Map(form.hidden.map((name) => [name, planHidden(name, allowance)]));
  applyMapping(mapping, form, questions, hidden);
  const words = new Set(asked.flatMap(({ title }) => title.clauses.flatMap((clause) => clause.words)));
  const country = languages.main && countryOfWords(words, languages.main);
  return { questions, hidden, language: languages.main, country };
}

const IDENTIFYING: ReadonlySet<IdentifierKey> = new Set(['fullName', 'firstName', 'lastName', 'email', 'phone']);
/** What an animal has: it lives where its owner lives, and is reached there. */
const OF_ANIMALS: ReadonlySet<IdentifierKey> = new Set(['fullName', 'firstName', 'lastName', 'birthday', 'gender']);

/**
 * "Phone number" in the group "Emergency contact" is not the client's: the group names an owner where the question names none. Not where the
 * form asks nobody else: the only person of a form is the client.
 */
function inGroups(drafts: readonly Draft[], ownerOf: (group: string) => Owner | null): readonly Draft[] {
  const names = new Set(drafts.flatMap(({ question }) => question.group ?? []));
  const owners = new Map([...names].map((group) => [group, ownerOf(group)]));
  const ownerOfGroup = ({ question }: Draft): Owner | null => owners.get(question.group ?? '') ?? null;
  const anybody = drafts.some((item) => !ownerOfGroup(item) && item.reading?.keys.some((key) => IDENTIFYING.has(key)));
  if (!anybody) return drafts;
  return drafts.map((item) => {
    const { reading } = item;
    const owner = ownerOfGroup(item);
    if (!reading || !owner || reading.owner || reading.own) return item;
    if (owner.kind === 'animal' && !reading.keys.some((key) => OF_ANIMALS.has(key))) return item;
    return { ...item, reading: { ...reading, owner } };
  });
}

/** The type overrides the title, the title overrides the ref; a ref's owner counts when the title names none. */
function draft(
  question: FormQuestion,
  { clauses }: Title,
  { languages }: FormLanguages,
  allowance: ReadingAllowance,
): Draft {
  const { ref, type } = question;
  const typed = typedKey(type);
  const others = LANGUAGES.filter((language) => !languages.includes(language));
  const byTitle = readTitle(clauses, languages);
  const foreign = byTitle?.complete ? null : readForeignTitle(clauses, others);
  // A trade that a neighbouring language reads is no owner where the form's own language finds none.
  const reading = (byTitle && !byTitle.owner && foreign?.owner?.kind === 'role' ? null : foreign) ?? byTitle;
  const byRef = ref === null ? null : allowance.name(ref, REF_LANGUAGES);
  const speaksOfClient = namesOwner(clauses, languages, ['client']);
  if (typed) {
    const emergency = reading?.complete || reading?.own ? null : emergencyIn(clauses, languages);
    const named = emergency === null ? null : ({ kind: 'emergency', possessed: false, text: emergency } as const);
    return { question, reading: ofType(typed, reading, byRef, named), decidedBy: 'type', speaksOfClient };
  }
  const understood =
    reading && (reading.complete || reading.keys.some(isSelfEvident)) && !reading.roleOnly ? reading : null;
  if (understood && !(understood.bare && byRef && isNameOfThing(byRef))) {
    const owner = understood.owner ?? (understood.own ? null : ownerByRef(byRef));
    return { question, reading: { ...understood, owner }, decidedBy: 'title', speaksOfClient };
  }
  const story = type === 'long_text' && !byRef?.keys.some(isSelfEvident);
  if (byRef && !byRef.roleOnly && !story) return { question, reading: byRef, decidedBy: 'ref', speaksOfClient };
  return {
    question,
    reading: reading?.roleOnly && reading.complete ? reading : null,
    decidedBy: 'title',
    speaksOfClient,
  };
}

/** Refs are mostly English, regardless of the form's language. */
const REF_LANGUAGES: readonly Language[] = LANGUAGES;

/** A ref that says whose name is meant when the title is only "Name" ("company_name", "pet_name"). */
function isNameOfThing({ keys, owner }: Reading): boolean {
  return keys[0] === 'company' || owner?.kind === 'thing' || owner?.kind === 'animal';
}

function isSelfEvident(key: IdentifierKey): boolean {
  return key === 'email' || key === 'phone';
}

/** Another person, named only by the ref: "Please enter it" with the ref "reference_email". */
function ownerByRef(ref: Reading | null): Owner | null {
  return ref?.owner && (ref.owner.kind === 'relation' || ref.owner.kind === 'emergency') ? ref.owner : null;
}

/** The type of an e-mail or phone question overrides its title; the title or ref may still name its owner. */
function ofType(key: IdentifierKey, title: Reading | null, ref: Reading | null, named: Owner | null): Reading {
  const own = title?.own ?? false;
  const byTitle = title?.roleOnly && own ? null : (title?.owner ?? named);
  const labelled = title?.keys.includes(key) ?? false;
  return {
    keys: [key],
    bare: false,
    owner: byTitle ?? (own ? null : ownerByRef(ref)),
    own,
    secondary: (title?.secondary ?? false) || (ref?.secondary ?? false),
    complete: labelled && (title?.complete ?? false),
    roleOnly: false,
    lesser: false,
    nickname: false,
    alternatives: false,
  };
}

function planQuestion({ question, reading, decidedBy }: Draft, settled: Settled | null): QuestionPlan | null {
  if (!reading || !settled) return null;
  const keys = settled.keys.filter((key) => canHold(key, question.type));
  const [key] = keys;
  if (!key) return null;
  const dateOrder = key === 'birthday' ? dateOrderIn(question.title ?? '') : null;
  return {
    key,
    whose: settled.whose,
    confidence: confidenceOf(key, decidedBy, reading, settled),
    decidedBy,
    reason: reasonFor(keys, decidedBy, settled, question.title ?? question.ref ?? ''),
    ...(keys.length > 1 ? { parts: keys } : {}),
    ...(settled.bare ? { bare: true as const } : {}),
    ...(dateOrder ? { dateOrder } : {}),
  };
}

/** Owners whose address or number is less certainly the client's own than one without an owner. */
const LESS_SURE: ReadonlySet<string> = new Set(['organisation', 'venture', 'thing', 'unknown', 'role']);

function confidenceOf(
  key: IdentifierKey,
  decidedBy: Draft['decidedBy'],
  { secondary, complete, owner, lesser }: Reading,
  { lastResort }: Settled,
): number {
  const sure = secondary ? Math.min(CONFIDENCE.secondary, CONFIDENCE[decidedBy]) : CONFIDENCE[decidedBy];
  let doubts = 0;
  if (!complete && decidedBy !== 'ref') doubts += 1;
  if (owner && key !== 'company' && LESS_SURE.has(owner.kind)) doubts += 1;
  if (lastResort) doubts += owner?.kind === 'contact' ? 1 : 2;
  else if (lesser) doubts += 1;
  return Math.round((sure - doubts * DOUBT) * 100) / 100;
}

/** Who make links, and write their own people into them; anybody else with a hidden field fills in the form. */
const STAFF = /^(?:agent|broker|realtor|consultant|coach|host|affiliate|instructor|trainer|(?:account )?owner)$/;

/** "agent_email", "owner_email": not the client's. */
function isOfStaff({ kind, text }: Owner): boolean {
  return STAFF.test(text) || !['client', 'contact', 'organisation', 'venture', 'role'].includes(kind);
}

function planHidden(name: string, allowance: ReadingAllowance): QuestionPlan | null {
  const reading = allowance.name(name, LANGUAGES);
  const [key] = reading?.keys ?? [];
  if (!reading || !key || reading.keys.length > 1 || reading.roleOnly) return null;
  const other = reading.owner !== null && isOfStaff(reading.owner);
  // "email" is more certain than a "contact_email" next to it, in either order.
  const named = reading.secondary || (reading.owner !== null && reading.owner.kind !== 'client');
  return {
    key,
    whose: other ? 'other' : 'client',
    confidence: CONFIDENCE.hidden - (named ? DOUBT : 0),
    decidedBy: 'hidden',
    reason: other
      ? `the name of the hidden field refers to someone else: ${describeOwner(reading.owner, name)}`
      : 'the name of the hidden field says so',
  };
}
