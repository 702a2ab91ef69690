import * as fc from 'fast-check';
import {
  completedEvent,
  type EventOverrides,
  NAME_QUESTIONS,
  question,
  toBody,
  type Question,
} from '../../../test/fixtures/typeform-events';
import { toSubmission, type Submission } from '../answers';
import { type IdentifierMapping, type Identifiers } from '../identifiers';
import { parseTypeformEvent } from '../typeform-event';
import { planForm } from './form-plan';
import { findsClients, identify, questionsOf } from './identify';

function submissionOf(overrides: EventOverrides): Submission {
  return toSubmission(parseTypeformEvent(toBody(completedEvent(overrides))));
}

/** Planned from the submission's own questions, as for a form of which no definition is stored. */
function identifiersIn(submission: Submission, mapping?: IdentifierMapping, phoneCountry: string | null = null) {
  const hidden = Object.keys(submission.hidden);
  const plan = planForm({ title: submission.formTitle, questions: questionsOf(submission), hidden }, mapping);
  return identify(submission, plan, { phoneCountry });
}

function identifiersOf(questions: Question[], hidden: Record<string, string> = {}, mapping?: IdentifierMapping) {
  return identifiersIn(submissionOf({ questions, hidden }), mapping);
}

/** Only the values, which is what most cases are about. */
function valuesOf(identifiers: Identifiers) {
  return Object.fromEntries(Object.entries(identifiers).map(([key, { value }]) => [key, value]));
}

let counter = 0;
const text = (title: string, value: string, ref = `ref${counter++}`) =>
  question(ref, title, 'short_text', 'text', value);
const mail = (title: string, value: string, ref = `ref${counter++}`) => question(ref, title, 'email', 'email', value);

describe('identify', () => {
  it('finds the identifiers among every answer type, and nothing else', () => {
    expect(identifiersIn(submissionOf({}))).toEqual({
      email: { value: 'alice@example.com', source: 'field:id_mail', confidence: 0.95 },
      phone: { value: '+12025550123', source: 'field:id_tel', confidence: 0.95 },
      fullName: { value: 'Alice Example', source: 'field:id_first_name', confidence: 0.72 },
      firstName: { value: 'Alice', source: 'field:id_first_name', confidence: 0.8 },
      lastName: { value: 'Example', source: 'field:id_last_name', confidence: 0.8 },
      company: { value: 'Example & Sons Ltd', source: 'field:id_company', confidence: 0.8 },
      birthday: { value: '1990-05-17', source: 'field:id_birth', confidence: 0.8 },
      country: { value: 'Portugal', source: 'field:id_country', confidence: 0.8 },
    });
  });

  it('reads flattened contact_info and address blocks', () => {
    const labels: [string, string][] = [
      ['First name', 'Ana'],
      ['Last name', 'Silva'],
      ['Company', 'Example Lda'],
      ['Address', 'Rua Exemplo 1'],
      ['Address line 2', '3 Esq'],
      ['City/Town', 'Lisboa'],
      ['State/Region/Province', 'Lisboa'],
      ['Zip/Post code', '1000-001'],
    ];
    expect(valuesOf(identifiersOf(labels.map(([title, value]) => text(title, value))))).toEqual({
      fullName: 'Ana Silva',
      firstName: 'Ana',
      lastName: 'Silva',
      company: 'Example Lda',
      addressLine1: 'Rua Exemplo 1',
      addressLine2: '3 Esq',
      city: 'Lisboa',
      state: 'Lisboa',
      postalCode: '1000-001',
    });
  });

  it.each(Object.entries(NAME_QUESTIONS))(
    'tells first, last and full name apart: %s',
    (_language, [first, last, full]) => {
      const found = identifiersOf([text(last, 'Silva'), text(full, 'Ana M. Silva'), text(first, 'Ana')]);
      expect(valuesOf(found)).toEqual({ fullName: 'Ana M. Silva', firstName: 'Ana', lastName: 'Silva' });
    },
  );

  it.each([
    ['Nome', 'Ana', 'Sobrenome', 'Silva'],
    ['Nombre', 'Ana', 'Apellidos', 'Silva'],
    ['Prénom', 'Ana', 'Nom', 'Silva'],
    ['Vorname', 'Ana', 'Name', 'Silva'],
  ])('reads the bare word for name by its neighbour: %s and %s', (first, firstValue, last, lastValue) => {
    expect(valuesOf(identifiersOf([text(first, firstValue), text(last, lastValue)]))).toEqual({
      fullName: 'Ana Silva',
      firstName: 'Ana',
      lastName: 'Silva',
    });
  });

  it('keeps a full name beside one of its parts', () => {
    const found = identifiersOf([text('First name', 'Ana'), text('Name', 'Ana Silva')]);
    expect(valuesOf(found)).toEqual({ fullName: 'Ana Silva', firstName: 'Ana' });
  });

  it('keeps a full name beside both of its parts', () => {
    const found = identifiersOf([text('First name', 'Ana'), text('Last name', 'Silva'), text('Name', 'A. M. S.')]);
    expect(valuesOf(found)).toEqual({ fullName: 'A. M. S.', firstName: 'Ana', lastName: 'Silva' });
  });

  it('never splits a full name', () => {
    expect(valuesOf(identifiersOf([text('Full name', 'Ana Silva')]))).toEqual({ fullName: 'Ana Silva' });
  });

  it('prefers mapping, then answer type, then title, then ref, then hidden field', () => {
    const steps: [Identifiers, string, number][] = [];
    const byRef = text('Where do we write to?', 'ref@example.com', 'email');
    const byTitle = text('E-mail', 'title@example.com', 'x');
    const byType = mail('Where do we write to?', 'type@example.com', 'y');
    const mapped = text('Anything', 'mapped@example.com', 'z');
    const hidden = { email: 'hidden@example.com' };
    steps.push([identifiersOf([], hidden), 'hidden@example.com', 0.6]);
    steps.push([identifiersOf([byRef], hidden), 'ref@example.com', 0.7]);
    steps.push([identifiersOf([byRef, byTitle], hidden), 'title@example.com', 0.8]);
    steps.push([identifiersOf([byRef, byTitle, byType], hidden), 'type@example.com', 0.92]);
    steps.push([identifiersOf([byRef, byTitle, byType, mapped], hidden, { email: 'z' }), 'mapped@example.com', 1]);
    for (const [found, value, confidence] of steps) expect(found.email).toMatchObject({ value, confidence });
  });

  describe('mapping', () => {
    const odd = text('Question 7', 'Example Lda', 'q7');

    it.each([
      ['a ref', 'q7', 'field:id_q7', 'Example Lda'],
      ['a field id', 'id_q7', 'field:id_q7', 'Example Lda'],
      ['a hidden field', 'hidden:org', 'hidden:org', 'Hidden Lda'],
    ])('takes %s', (_name, target, source, value) => {
      const found = identifiersOf([odd], { org: 'Hidden Lda' }, { company: target });
      expect(found.company).toEqual({ value, source, confidence: 1 });
    });

    it('falls back to guessing only when the form does not have the mapped field; keeps what a mapped one holds', () => {
      const questions = [mail('E-mail', 'a@example.com'), text('Other', 'not an address', 'bad')];
      expect(valuesOf(identifiersOf(questions, {}, { email: 'gone' }))).toEqual({ email: 'a@example.com' });
      expect(identifiersOf(questions, {}, { email: 'bad' }).email).toEqual({
        value: 'not an address',
        source: 'field:id_bad',
        confidence: 1,
        normalised: false,
      });
    });

    it('takes a mapped field for nothing else', () => {
      const found = identifiersOf([text('Name', 'Example Lda', 'n')], {}, { company: 'n' });
      expect(valuesOf(found)).toEqual({ company: 'Example Lda' });
    });

    it('believes the operator about somebody else and about odd values', () => {
      const questions = [mail('Assistant e-mail', 'pa@example.com', 'pa'), text('Handle', 'R2D2', 'h')];
      expect(valuesOf(identifiersOf(questions, {}, { email: 'pa', fullName: 'h' }))).toEqual({
        email: 'pa@example.com',
        fullName: 'R2D2',
      });
    });

    it.each(['hidden:constructor', 'hidden:__proto__', '__proto__', ''])('finds nothing under %j', (target) => {
      expect(identifiersOf([odd], {}, { company: target })).toEqual({});
    });
  });

  describe('several e-mails and phones', () => {
    it.each([
      [["Your manager's e-mail", 'Your e-mail']],
      [['Emergency contact: email', 'Email']],
      [['Who referred you? Leave their e-mail', 'Where do we write to?']],
      [['Billing e-mail', 'E-mail']],
      [['Where do we send the report?', 'Your e-mail']],
      [['E-mail do seu gerente', 'Seu e-mail']],
      [['E-Mail des Vorgesetzten', 'Ihre E-Mail-Adresse']],
    ])("the client's own wins: %j", (titles) => {
      const questions = [mail(titles[0] ?? '', 'other@example.com'), mail(titles[1] ?? '', 'own@example.com')];
      expect(identifiersOf(questions).email?.value).toBe('own@example.com');
      expect(identifiersOf(questions.reverse()).email?.value).toBe('own@example.com');
    });

    it("never takes a third party's, not even alone", () => {
      expect(identifiersOf([mail("Your manager's e-mail", 'boss@example.com')])).toEqual({});
      expect(identifiersOf([mail('Please enter it', 'ref@example.com', 'reference_email')])).toEqual({});
      expect(identifiersOf([], { manager_email: 'boss@example.com' })).toEqual({});
      const phone = question('p', 'Emergency contact phone', 'phone_number', 'phone_number', '+12025550123');
      expect(identifiersOf([phone])).toEqual({});
    });

    it('takes a billing address when there is no other, with less confidence', () => {
      expect(identifiersOf([mail('Billing e-mail', 'bill@example.com')]).email?.confidence).toBe(0.75);
    });

    it('takes the first of two alike', () => {
      const questions = [mail('E-mail', 'one@example.com'), mail('E-mail', 'two@example.com')];
      expect(identifiersOf(questions).email?.value).toBe('one@example.com');
    });
  });

  it.each([
    ['a yes/no about a company', question('company', 'Company', 'yes_no', 'boolean', true)],
    ['an opinion about a city', question('a', 'City', 'opinion_scale', 'number', 7)],
    ['a rating called zip', question('a', 'Zip code', 'rating', 'number', 5)],
    ['a long text about a company', question('a', 'Company', 'long_text', 'text', 'We make samples')],
    ['a date that is no birthday', question('a', 'Start date', 'date', 'date', '1990-05-17')],
    ['several countries', question('a', 'Country', 'multiple_choice', 'choices', { labels: ['Spain', 'Peru'] })],
    ['a choice for a company', question('a', 'Company', 'multiple_choice', 'choice', { label: 'Startup' })],
    ['a text that is no number', text('Phone', 'call me')],
    ['a text that is no e-mail', text('E-mail', 'not an address')],
    ['a url', question('a', 'Company', 'website', 'url', 'https://example.com')],
    ['an unknown type', question('a', 'Company', 'hologram', 'hologram', { label: 'x' })],
    ['the company ref on a story', question('company', 'Tell us about it', 'long_text', 'text', 'We make samples')],
    ['a name whose ref names a thing', text('Name', 'Rex', 'pet_name')],
    ['a placeholder', text('Company', 'xxxxx')],
  ])('takes nothing from %s', (_name, asked) => {
    expect(identifiersOf([asked])).toEqual({});
  });

  it('reads the one choice where several were allowed', () => {
    const asked = question('a', 'Country', 'multiple_choice', 'choices', { labels: ['Spain'] });
    expect(identifiersOf([asked]).country?.value).toBe('Spain');
  });

  it('lets the ref decide what a bare "Name" is', () => {
    expect(valuesOf(identifiersOf([text('Name', 'Example Lda', 'company_name')]))).toEqual({ company: 'Example Lda' });
    expect(valuesOf(identifiersOf([text('Company name', 'Example Lda', 'name')]))).toEqual({ company: 'Example Lda' });
  });

  it('reads choices, other texts and numbers where they fit', () => {
    const found = identifiersOf([
      question('a', 'Gender', 'multiple_choice', 'choice', { label: 'Female' }),
      question('b', 'País', 'dropdown', 'choice', { other: 'Cabo Verde' }),
      question('c', 'Zip code', 'number', 'number', 90210),
      question('d', 'Address', 'long_text', 'text', 'Example Street 1\n1000 Sample'),
    ]);
    expect(valuesOf(found)).toEqual({
      gender: 'Female',
      addressLine1: 'Example Street 1 1000 Sample',
      postalCode: '90210',
      country: 'Cabo Verde',
    });
  });

  it('reads hidden fields by their whole name', () => {
    const hidden = {
      user_id: 'u1',
      utm_city: 'x',
      first_name: 'Ana',
      lname: 'Silva',
      phone: '+12025550123',
      company: 'xxxxx',
    };
    expect(identifiersOf([], hidden)).toMatchObject({
      firstName: { value: 'Ana', source: 'hidden:first_name', confidence: 0.6 },
      fullName: { value: 'Ana Silva', source: 'hidden:first_name', confidence: 0.54 },
      phone: { value: '+12025550123' },
    });
    expect(Object.keys(identifiersOf([], hidden))).toEqual(['phone', 'fullName', 'firstName', 'lastName']);
  });

  it.each([[['agent_email', 'email']], [['email', 'agent_email']], [['billing_email', 'email']]])(
    'of the hidden fields %j takes the plain one, in whatever order they come',
    (names) => {
      const hidden = Object.fromEntries(names.map((name) => [name, `${name.replace('_', '.')}@example.com`]));
      const plain = names.find((name) => name === 'email');
      expect(identifiersOf([], hidden).email?.source).toBe(`hidden:${plain}`);
    },
  );

  it.each(['agent_email', 'owner_email', 'hubspot_owner_email', 'coach_email', 'host_email'])(
    'leaves the staff of whoever made the link alone: %s',
    (name) => expect(identifiersOf([], { [name]: 'staff@example.com' })).toEqual({}),
  );

  describe('hidden fields', () => {
    const typed = [mail('E-mail', 'ana@example.com')];

    it('add what was not asked, when they agree with what was typed', () => {
      const found = identifiersOf(typed, { email: 'ANA@example.com', last_name: 'Silva', company: 'Example Lda' });
      expect(valuesOf(found)).toEqual({ email: 'ana@example.com', lastName: 'Silva', company: 'Example Lda' });
    });

    it.each([
      ['another e-mail', { email: 'bob@example.com', first_name: 'Bob', last_name: 'Jones', company: 'Example Lda' }],
      ['another name', { first_name: 'Bob', last_name: 'Jones', phone: '+12025550123' }],
    ])('count for nothing when they hold %s', (_name, hidden) => {
      const found = identifiersOf([...typed, text('First name', 'Ana')], hidden);
      expect(valuesOf(found)).toEqual({ email: 'ana@example.com', firstName: 'Ana' });
    });

    it.each(['{{email}}', '%EMAIL%', '[email]', '~Contact.Email~', '*|EMAIL|*', 'xxxxx', ''])(
      'that were never filled in are none: %s',
      (value) => expect(identifiersOf([], { email: value, first_name: value })).toEqual({}),
    );
  });

  describe('what was validated or mapped', () => {
    it.each([
      ['an e-mail', mail('E-mail', 'alice@intranet'), 'email', 'alice@intranet'],
      ['a phone', question('a', 'Phone', 'phone_number', 'phone_number', '+999123456'), 'phone', '+999123456'],
      ['a date', question('a', 'Birthday', 'date', 'date', '1850-01-01'), 'birthday', '1850-01-01'],
    ] as const)('is kept as typed where our form is stricter: %s', (_name, asked, key, value) => {
      expect(identifiersOf([asked])[key]).toMatchObject({ value, normalised: false });
    });

    it('is normalised where it can be', () => {
      const phone = question('p', 'Phone', 'phone_number', 'phone_number', '+5215512345678');
      const found = identifiersOf([
        mail('E-mail', 'José&Co@Example.XN--P1AI'),
        phone,
        question('b', 'Date of birth', 'date', 'date', '1999-08-01T00:00:00Z'),
      ]);
      expect(valuesOf(found)).toEqual({
        email: 'josé&co@example.xn--p1ai',
        phone: '+525512345678',
        birthday: '1999-08-01',
      });
    });
  });

  describe('several parts in one answer', () => {
    it.each([
      ['PLZ & Wohnort', '12345 Musterstadt', { postalCode: '12345', city: 'Musterstadt' }],
      ['Code postal et ville', '69001 Lyon', { postalCode: '69001', city: 'Lyon' }],
      ['City, State', 'Boulder, CO', { city: 'Boulder', state: 'CO' }],
      ['Cidade/UF', 'Campinas - SP', { city: 'Campinas', state: 'SP' }],
      ['Name and e-mail', 'Ana Silva, ana@example.com', { fullName: 'Ana Silva', email: 'ana@example.com' }],
      ['City and country', 'Porto', {}],
    ])('%s: %s', (title, value, expected) => {
      expect(valuesOf(identifiersOf([text(title, value)]))).toEqual(expected);
    });
  });

  describe('names', () => {
    it.each(['Null', 'Na', 'None', 'test1', 'Smith 3rd', 'علی\u200cرضا', "O'Neill-Smith"])('of %s are kept', (name) => {
      const found = identifiersOf([text('First name', 'Ana'), text('Last name', name)]);
      expect(found.lastName?.value).toBe(name);
    });

    it('of nine words are kept', () => {
      const name = 'Maria da Conceição dos Santos Pereira de Almeida Sousa';
      expect(identifiersOf([text('Full name', name)]).fullName?.value).toBe(name);
    });

    it.each(['n/a', 'none', '-', 'Não tenho', 'ninguno', 'aucun', 'keine Angabe', '%LASTNAME%', '[last_name]'])(
      'are not %s',
      (value) => expect(identifiersOf([text('Last name', value), text('Company', value)])).toEqual({}),
    );
  });

  describe('national numbers', () => {
    const phone = text('Phone', '0171 3920012');

    it.each([
      ["the form's setting", [phone], 'DE', '+491713920012'],
      ['the country answered', [phone, text('Country', 'Germany')], null, '+491713920012'],
      ['another number', [phone, text('Second phone', '+49 30 23125123')], null, '+491713920012'],
      [
        'the province answered',
        [text('Phone', '604 683 2531'), text('Province', 'British Columbia')],
        null,
        '+16046832531',
      ],
      [
        'the language, Canada among its countries',
        [text('Phone', '604 683 2531'), text('Your full name', 'Ana')],
        null,
        '+16046832531',
      ],
    ])('are read in the country of %s', (_name, questions, country, expected) => {
      expect(identifiersIn(submissionOf({ questions }), {}, country).phone?.value).toBe(expected);
    });

    it('are read in the country of the language', () => {
      const questions = [text('Telefonnummer', '0171 3920012'), text('Wie heißen Sie?', 'Ana Silva')];
      expect(identifiersOf(questions).phone?.value).toBe('+491713920012');
    });

    it.each(['Portugal', 'The Netherlands', 'Lisbon, Portugal'])(
      'are kept as typed where they are none of the country answered: %s',
      (country) => {
        const found = identifiersOf([text('Your phone number', '604 683 2531'), text('Your country', country)]);
        expect(found.phone).toMatchObject({ value: '604 683 2531', normalised: false });
      },
    );

    it('are kept as typed where nothing tells the country', () => {
      const questions = [text('¿Cuál es tu teléfono?', '912 345 678'), text('¿Cómo te llamas?', 'Ana')];
      expect(identifiersOf(questions).phone).toMatchObject({ value: '912 345 678', normalised: false });
    });

    it('may have lost their trunk 0 in a number question', () => {
      const questions = [question('a', 'Telefonnummer', 'number', 'number', 1713920012), text('Ihr Nachname', 'Silva')];
      expect(identifiersOf(questions).phone?.value).toBe('+491713920012');
    });
  });

  it('does not depend on the order of the answers', () => {
    const asked = submissionOf({});
    const hidden = Object.keys(asked.hidden);
    const plan = planForm({ title: asked.formTitle, questions: questionsOf(asked), hidden });
    const expected = identify(asked, plan, { phoneCountry: null });
    const { length } = asked.answers;
    fc.assert(
      fc.property(fc.shuffledSubarray(asked.answers, { minLength: length, maxLength: length }), (answers) => {
        expect(identify({ ...asked, answers }, plan, { phoneCountry: null })).toEqual(expected);
      }),
    );
  });

  it('never throws and returns bounded values, whatever the answers are', () => {
    const titles = fc.constantFrom('E-mail', 'Phone', 'Name', 'Address', 'Country', 'Zip', 'Date of birth', '{{', 'x');
    const types = fc.constantFrom('text', 'email', 'phone_number', 'choice', 'choices', 'date', 'number', 'boolean');
    const asked = fc.record({
      id: fc.string(),
      ref: fc.string(),
      title: fc.oneof(titles, fc.string()),
      fieldType: fc.string(),
      type: types,
      value: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()),
    });
    fc.assert(
      fc.property(fc.array(asked, { maxLength: 8 }), fc.dictionary(fc.string(), fc.string()), (questions, hidden) => {
        for (const { value, confidence } of Object.values(identifiersOf(questions, hidden))) {
          expect(value.length).toBeGreaterThan(0);
          expect(value.length).toBeLessThanOrEqual(500);
          expect(confidence > 0 && confidence <= 1).toBe(true);
        }
      }),
    );
  });
});

describe('findsClients', () => {
  const identifier = (value: string) => ({ value, source: 'field:a', confidence: 0.95 });

  it.each([
    ['email', 'ana@example.com', true],
    ['email', 'info@example.com', true],
    ['email', 'none@none.com', false],
    ['email', 'test@test.com', false],
    ['email', 'noreply@example.com', false],
    ['email', 'no-reply@example.com', false],
    ['email', 'sinemail@gmail.com', false],
    ['phone', '+351912345678', true],
    ['phone', '+12025550123', true],
    ['phone', '+351000000000', false],
    ['phone', '+15555555555', false],
    ['phone', '+11234567890', false],
  ] as const)('%s %s: %s', (key, value, expected) => {
    expect(findsClients(key, identifier(value))).toBe(expected);
  });

  it('is false for what was only kept as typed', () => {
    expect(findsClients('email', { ...identifier('ana@example.com'), normalised: false })).toBe(false);
  });
});
