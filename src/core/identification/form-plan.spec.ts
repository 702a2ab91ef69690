import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import type { IdentifierMapping } from '../identifiers';
import { dateOrderIn } from './date-order';
import { planForm } from './form-plan';
import type { FormPlan, FormQuestion, QuestionPlan } from './plan';
import { type Language, LANGUAGES } from './vocabulary/vocabulary';

/** Questions that tell a form's language and ask for no identifier. */
const BESIDE: Record<Language, string[]> = {
  en: ['What is your favourite colour?', 'How did you hear about us?'],
  pt: ['Como você nos conheceu?', 'Qual é a sua cor preferida?'],
  es: ['¿Cómo nos conociste?', '¿Cuál es tu color favorito?'],
  fr: ['Comment nous avez-vous connus ?', 'Quelle est votre couleur préférée ?'],
  de: ['Wie haben Sie von uns erfahren?', 'Was ist Ihre Lieblingsfarbe?'],
};

const asked = (title: string, type = 'short_text', ref: string | null = null): FormQuestion => ({
  id: title,
  ref,
  title,
  type,
});

function planOf(questions: FormQuestion[], mapping?: IdentifierMapping, title: string | null = null): FormPlan {
  return planForm({ title, questions, hidden: [] }, mapping);
}

/** What one question means in a form of a language: its keys, with "!" behind when they are somebody else's. */
function meaningOf(language: Language, type: string, title: string): string {
  const beside = BESIDE[language].map((other) => asked(other));
  return describePlan(planOf([...beside, asked(title, type)]).questions.get(title));
}

function describePlan(plan: QuestionPlan | null | undefined): string {
  if (!plan?.key) return '-';
  return `${(plan.parts ?? [plan.key]).join('+')}${plan.whose === 'client' ? '' : '!'}`;
}

/** The rows of titles.txt: language, question type, title, meaning. */
function titles(): [Language, string, string, string][] {
  const file = path.join(__dirname, '../../../test/fixtures/identify/titles.txt');
  let language: Language = 'en';
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line): [Language, string, string, string][] => {
      const section = LANGUAGES.find((known) => line === `[${known}]`);
      language = section ?? language;
      const [type = '', title = '', expected = ''] = line.split(' | ');
      return section || line === '' || line.startsWith('#') ? [] : [[language, type, title, expected]];
    });
}

describe('planForm', () => {
  it.each(titles())('reads (%s, %s): %s -> %s', (language, type, title, expected) => {
    expect(meaningOf(language, type, title)).toBe(expected);
  });

  describe('settles whose it is by the other questions', () => {
    const meanings = (questions: FormQuestion[], title: string | null = null): string[] =>
      [...planOf(questions, {}, title).questions.values()].map(describePlan);

    it.each<[string, string[], string[]]>([
      ['parent and child', ['Student name', 'Parent name', 'Parent phone'], ['fullName!', 'fullName', 'phone']],
      ['a child alone', ['Student name', 'Student phone'], ['fullName', 'phone']],
      ['client and parent', ['Name', 'Phone', 'Parent name'], ['fullName', 'phone', 'fullName!']],
      ['a second person', ['Applicant 1: name', 'Applicant 2: name'], ['fullName', 'fullName!']],
      ['a trade beside a name', ['Your name', 'Your phone', 'Teacher phone'], ['fullName', 'phone', 'phone!']],
      [
        'halves of a name',
        ["Doctor's first name", 'Last name', 'First name'],
        ['firstName!', 'lastName!', 'firstName'],
      ],
      ['a bare name', ['Name', 'Surname'], ['firstName', 'lastName']],
      ['a nickname', ['What should we call you?', 'Full name'], ['-', 'fullName']],
      ["a pet's birthday", ['Your name', 'Dog name', 'Birthday'], ['fullName', 'fullName!', 'birthday!']],
      ['a company and its contact', ['Name', 'Contact person', 'Phone'], ['company', 'fullName', 'phone']],
      ['a contact person beside a name', ['Full name', 'Contact person'], ['fullName', '-']],
      [
        'a role beside "you", before it',
        ['Tenant name', 'Tenant email', 'Your name', 'Your email'],
        ['fullName!', 'email!', 'fullName', 'email'],
      ],
      [
        'a role beside "you", behind it',
        ['Your name', 'Your email', 'Tenant name', 'Tenant phone'],
        ['fullName', 'email', 'fullName!', 'phone!'],
      ],
      ['a role beside "your name"', ['Your name', 'Driver phone', 'Phone'], ['fullName', 'phone!', 'phone']],
      ['a role alone', ['Tenant name', 'Tenant email'], ['fullName', 'email']],
      ['a purchase beside "your name"', ['Seu nome', 'Seu CPF', 'E-mail da compra'], ['fullName', '-', 'email']],
      [
        'a role that is reached where "you" are not',
        ['Your name', 'Account holder name', 'Account holder email'],
        ['fullName', 'fullName', 'email'],
      ],
      [
        'half a name of a role',
        ['Participant first name', 'Your last name', 'Your phone'],
        ['firstName', 'lastName', 'phone'],
      ],
      [
        'a role that is not named',
        ['Employee name', 'Your work email', 'Employee phone'],
        ['fullName', 'email', 'phone'],
      ],
      ['an employer beside the client', ['Full name', 'Email', 'Employer phone'], ['fullName', 'email', 'phone!']],
      ['an employer as the client', ['Employer name', 'Employer email'], ['company', 'email']],
      ['one contact among others', ['Your phone', 'Site contact phone'], ['phone', 'phone!']],
      ['a section before a dash', ['Emergency contact - Name', 'Emergency contact - Phone'], ['fullName!', 'phone!']],
    ])('%s', (_name, titles, expected) => {
      expect(meanings(titles.map((title) => asked(title)))).toEqual(expected);
    });

    it.each([
      'Telefoon noodcontact',
      'Telefono di emergenza',
      'Telefonnummer i nødsfald',
      'Acil durumda aranacak kişi',
      '緊急連絡先',
      'رقم الطوارئ',
      'आपातकालीन फ़ोन',
      'Telefon w nagłych wypadkach',
    ])('never takes an emergency contact for the client, in whatever language: %s', (title) =>
      expect(meanings([asked('1'), asked(title, 'phone_number')])[1]).toBe('phone!'),
    );

    it.each<[string, string]>([
      ['Emergency contact', 'fullName! phone!'],
      ['Emergency contact 1', 'fullName! phone!'],
      ['Your spouse', 'fullName! phone!'],
      ['Director 2', 'fullName! phone!'],
      ['Your dog', 'fullName! phone'],
      ['Your details', 'fullName phone'],
      ['Company', 'fullName phone'],
      ['How can we reach you?', 'fullName phone'],
      ['Contact & emergency information', 'fullName phone'],
      ['How can we reach you in an emergency?', 'fullName phone'],
      ['Emergency repair request', 'fullName phone'],
      ['Your details. Emergency contact', 'fullName phone'],
      ['You and your child', 'fullName phone'],
      ['Register your child', 'fullName phone'],
      ['Refer a friend', 'fullName phone'],
      ['É rápido e fácil!', 'fullName phone'],
    ])('takes what stands in the group %j for its', (group, expected) => {
      const plan = planOf([
        asked('Your e-mail', 'email'),
        { ...asked('Full name'), group },
        { ...asked('Phone number'), group },
      ]);
      expect([...plan.questions.values()].slice(1).map(describePlan).join(' ')).toBe(expected);
    });

    it('takes the only person of a form for the client, whatever their group is called', () => {
      const group = 'Landlord';
      const plan = planOf([
        { ...asked('Full name'), group },
        { ...asked('Email', 'email'), group },
      ]);
      expect([...plan.questions.values()].map(describePlan)).toEqual(['fullName', 'email']);
    });

    it('takes the address of a form about a thing for that of the thing', () => {
      const address = [asked('Street address'), asked('City')];
      expect(meanings(address, 'List a property')).toEqual(['addressLine1!', 'city!']);
      expect(meanings(address, 'Where do you live?')).toEqual(['addressLine1', 'city']);
    });

    it("takes a chef's e-mail for the client's on a platform for chefs", () => {
      expect(meanings([asked("Chef's name"), asked("Chef's e-mail", 'email')], 'Chefs: join us')).toEqual([
        'fullName',
        'email',
      ]);
    });

    it.each([
      ['Sortie', 'Genre', 'gender'],
      ['New songs', 'Genre', '-'],
    ])('reads words in the language of the form: %s, %s', (title, word, expected) => {
      const beside = title === 'Sortie' ? BESIDE.fr : BESIDE.en;
      const plan = planOf([...beside.map((other) => asked(other)), asked(word)], {}, title);
      expect(describePlan(plan.questions.get(word))).toBe(expected);
    });
  });

  it('says why', () => {
    const { questions } = planOf([
      asked('Phone'),
      asked("Your wife's e-mail", 'email'),
      asked('Anything', 'short_text', 'company'),
    ]);
    expect([...questions.values()].map((plan) => plan?.reason)).toEqual([
      'the title asks for a phone number',
      "the question's type is e-mail, but the title names someone else's: 'Your wife'",
      'the ref asks for a company',
    ]);
  });

  describe('a mapping', () => {
    const questions = [asked('E-mail', 'email'), asked('Question 7', 'short_text', 'q7')];

    it('is believed, and its key is guessed nowhere else', () => {
      const plan = planOf(questions, { email: 'q7' });
      expect(plan.questions.get('Question 7')).toMatchObject({ key: 'email', whose: 'client', decidedBy: 'mapping' });
      expect(plan.questions.get('E-mail')).toMatchObject({
        key: null,
        decidedBy: 'mapping',
        reason: 'the email is mapped to another question',
      });
    });

    it('to null: never', () => {
      expect(planOf(questions, { email: null }).questions.get('E-mail')?.key).toBeNull();
    });

    it('to a source that the form lacks changes nothing', () => {
      expect(planOf(questions, { email: 'gone' }).questions.get('E-mail')?.key).toBe('email');
    });

    it('may give one question two keys', () => {
      const plan = planOf(questions, { company: 'q7', fullName: 'q7' });
      expect(plan.questions.get('Question 7')?.parts).toEqual(['fullName', 'company']);
    });
  });

  it.each([
    ['Date of birth (DD/MM/YYYY)', 'dmy'],
    ['Date de naissance (JJ/MM/AAAA)', 'dmy'],
    ['Geburtsdatum (TT.MM.JJJJ)', 'dmy'],
    ['Birthday mm-dd-yyyy', 'mdy'],
    ['YYYY-MM-DD', 'ymd'],
    ['Date of birth', null],
  ])('reads the order of a date: %s -> %s', (title, expected) => {
    expect(dateOrderIn(title)).toBe(expected);
  });

  it('gives the same plan for the same form, never throws, and is sure between 0 and 1', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('E-mail', "X's phone", 'Name (of Y)', 'Nom / Name'),
    );
    const question = fc.record({
      id: fc.uuid(),
      ref: text,
      title: text,
      type: fc.constantFrom('email', 'short_text', null),
    });
    fc.assert(
      fc.property(fc.array(question, { maxLength: 6 }), fc.array(text, { maxLength: 3 }), (questions, hidden) => {
        const plan = planForm({ title: 'Form', questions, hidden });
        expect(planForm({ title: 'Form', questions, hidden })).toEqual(plan);
        for (const item of [...plan.questions.values(), ...plan.hidden.values()]) {
          expect(item === null || (item.confidence > 0 && item.confidence <= 1)).toBe(true);
        }
      }),
    );
  });

  /** No title is read further than 2,000 characters: what stands behind changes nothing, so a megabyte costs no more. */
  it.each(['&', 'a/', 'N.', 'ﷺ', "'s ", 'co-', 'abc/a ', 'of your '])(
    'does bounded work on a megabyte of %j',
    (unit) => {
      const long = unit.repeat(1_000_000 / unit.length);
      const plan = (title: string) => planOf([{ id: 'q', ref: title.slice(0, 300), title, type: 'short_text' }]);
      expect(plan(long)).toEqual(plan(long.slice(0, 2000)));
    },
  );
});
