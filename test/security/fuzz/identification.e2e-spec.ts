/** Whatever a submission holds: who it is about is found in bounded time, without an error, and only from what it holds. */
import * as fc from 'fast-check';
import { toSubmission } from '../../../src/core/answers';
import { formOfSubmission } from '../../../src/core/form-definition';
import { planForm } from '../../../src/core/identification/form-plan';
import { findsClients, identify } from '../../../src/core/identification/identify';
import type { Identifiers } from '../../../src/core/identifiers';
import { responseSearchText } from '../../../src/core/search-text';
import { parseTypeformEvent } from '../../../src/core/typeform-event';
import { EVERY_ANSWER_TYPE, NAME_QUESTIONS, question, toBody, type Question } from '../../fixtures/typeform-events';
import { newEvent } from '../../support/events';
import { changed, corpusOf, fuzz, JSON_TEXT, wellFormed } from './fuzzing';

/** What an input is made of: an event with these parts. */
interface Asked {
  questions: Question[];
  hidden: Record<string, string>;
  country: string | null;
}

/** Of processor time for one submission of a few kilobytes: a hundred times what the most expensive takes. */
const RUNAWAY_MS = 3_000;
const MAX_VALUE_LENGTH = 10_000;

const TITLES = [
  ...Object.values(NAME_QUESTIONS).flat(),
  ...[
    'Your e-mail',
    'E-Mail Ihres Chefs',
    "Your manager's phone",
    'Telefone',
    'Nº de téléphone',
    'Handy (privat)',
    'Mobile no.',
  ],
  ...[
    'Company',
    'Empresa',
    'Firma / Verein',
    'Date of birth',
    'Geburtsdatum',
    'PLZ und Ort',
    'City/Town',
    'Address line 2',
  ],
  ...[
    '{{field:abc}}, *what* is your **name**?',
    '[Name](https://example.com)',
    'Name Name Name',
    ':',
    '',
    ' \n ',
    'e-mail e-mail',
  ],
];
const VALUES = [
  ...['Ada Lovelace', 'ada@example.com', 'Ada <ada@example.com>', '+1 202 555 0123', '(202) 555-0123', '0151 23456789'],
  ...[
    '10115 Berlin',
    '1990-05-17',
    '17.05.1990',
    '05/17/90',
    'n/a',
    '%FIRSTNAME%',
    '{{email}}',
    'null',
    'user@пример.рф',
  ],
  ...[
    'a@b@c.de',
    '@'.repeat(60),
    '+'.repeat(60),
    '9'.repeat(60),
    'a.'.repeat(60),
    '\u200b\u202e\ufeff',
    'ﬁ',
    '\u0000',
    '\ud800',
  ],
];
const KINDS = ['text', 'email', 'phone_number', 'number', 'choice', 'choices', 'date', 'boolean', 'url', 'object'];
const FIELD_TYPES = [
  'short_text',
  'long_text',
  'email',
  'phone_number',
  'multiple_choice',
  'dropdown',
  'date',
  'number',
  'hologram',
];

const texts = (known: readonly string[]): fc.Arbitrary<string> => {
  const seeds = known.filter((text) => text !== '').map((text) => Buffer.from(text));
  return fc.oneof(
    fc.constantFrom(...known),
    changed(seeds, [
      ' ',
      '-',
      '.',
      ',',
      '/',
      '@',
      '+',
      '(',
      ')',
      '&',
      "'s ",
      ' of your ',
      '\n',
      '\u0301',
      '\u200d',
    ]).map((bytes) => bytes.toString('utf8')),
    fc.string({ unit: 'grapheme', maxLength: 30 }),
  );
};
const value = fc.oneof(
  { weight: 6, arbitrary: texts(VALUES) },
  fc.record({ label: texts(VALUES), other: texts(VALUES) }, { requiredKeys: [] }),
  fc.record({ labels: fc.array(texts(VALUES), { maxLength: 3 }), other: texts(VALUES) }, { requiredKeys: [] }),
  fc.jsonValue(),
);
const asked = fc.oneof(
  fc.constantFrom(...EVERY_ANSWER_TYPE),
  fc
    .tuple(fc.nat({ max: 6 }), texts(TITLES), fc.constantFrom(...FIELD_TYPES), fc.constantFrom(...KINDS), value)
    .map(([n, title, fieldType, type, given]) => question(`q${n}`, title, fieldType, type, given)),
);
const HIDDEN = [
  'email',
  'phone',
  'first_name',
  'name',
  'utm_source',
  'company',
  'plz',
  'agent_email',
  '__proto__',
  'x',
];
const arbitrary: fc.Arbitrary<Asked> = fc.record({
  questions: fc.array(asked, { maxLength: 8 }),
  hidden: fc.dictionary(fc.constantFrom(...HIDDEN), texts(VALUES), { maxKeys: 4 }),
  country: fc.constantFrom(null, 'DE', 'US', 'BR'),
});

it('submissions of any kind', async () => {
  expect(corpusOf('identification', JSON_TEXT<Asked>()).length).toBeGreaterThan(0);
  const input = { folder: 'identification', notation: JSON_TEXT<Asked>(), arbitrary };
  await fuzz('identification', input, ({ questions, hidden, country }) => {
    const body = toBody(newEvent({ questions, hidden }));
    const before = process.cpuUsage();
    const submission = toSubmission(parseTypeformEvent(body));
    const plan = planForm(formOfSubmission(null, submission));
    const identifiers = identify(submission, plan, { phoneCountry: country });
    responseSearchText(submission.answers, submission.hidden, identifiers);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(RUNAWAY_MS);
    expectFromInput(identifiers, submission);
  });
});

/** Each value comes from a question or hidden field that is there, and holds nothing that was not given. */
function expectFromInput(identifiers: Identifiers, submission: ReturnType<typeof toSubmission>): void {
  const sources = new Set([
    ...submission.answers.map(({ fieldId }) => `field:${fieldId}`),
    ...Object.keys(submission.hidden).map((name) => `hidden:${name}`),
  ]);
  const asGiven = folded(textsIn([submission.answers.map(({ value }) => value), submission.hidden]).join(' '));
  // A phone's digits, without what stands between them.
  const given = `${asGiven} ${asGiven.replace(/[^\p{N}]/gu, '')}`;
  for (const [key, found] of Object.entries(identifiers)) {
    expect(sources).toContain(found.source);
    expect(found.value.length).toBeGreaterThan(0);
    expect(found.value.length).toBeLessThan(MAX_VALUE_LENGTH);
    expect(found.value).not.toContain('\u0000');
    expect(found.value).toBe(wellFormed(found.value));
    expect(typeof findsClients(key as 'email' | 'phone', found)).toBe('boolean');
    for (const part of partsOf(key, found.value)) expect(given).toContain(part);
  }
}

/** Every text and number in a value, however deep. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(textsIn);
  return [String(value)];
}

/** The parts of a value that stand in what it was taken from as they are. */
function partsOf(key: string, found: string): string[] {
  // Written anew: months may have been words, and a national number has got a country code.
  if (key === 'birthday') return [];
  if (key === 'phone') return [found.replace(/\D/g, '').slice(-4)].filter((digits) => digits.length === 4);
  // Domains of other alphabets are kept in ASCII.
  return folded(found.replace(/xn--[a-z0-9-]+/gi, ''))
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

/** Without case, widths, accents and invisible characters. */
function folded(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}]/gu, '')
    .toLowerCase();
}
