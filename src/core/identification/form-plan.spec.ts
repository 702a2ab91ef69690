import * as fc from 'fast-check';
import type { IdentifierMapping } from '../identifiers';
import { dateOrderIn } from './date-order';
import { planForm } from './form-plan';
import type { FormPlan, FormQuestion, QuestionPlan } from './plan';
import type { Language } from './vocabulary/vocabulary';

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

describe('planForm', () => {
  it.each([
    ['email', 'E-mail (please be so kind)', 'email'],
    ['phone_number', 'Someone from our team will call you. Your phone?', 'phone'],
    ['email', 'For our reference, your e-mail', 'email'],
    ['email', 'Guest e-mail', 'email'],
    ['email', "Chef's e-mail", 'email'],
    ['email', "Your fiancé(e)'s e-mail", 'email!'],
    ['email', "Fiancé(e)'s email", 'email!'],
    ['email', "Your girlfriend's email", 'email!'],
    ['email', "Girlfriend's email", 'email!'],
    ['email', "Co-founder's e-mail", 'email!'],
    ['email', "Your roommate's e-mail", 'email!'],
    ['email', "Roommate's e-mail", 'email!'],
    ['email', "Neighbour's e-mail", 'email!'],
    ['email', 'Email of your godfather', 'email!'],
    ['email', 'E-mail address of your best man', 'email!'],
    ['email', "What is your boss's email address?", 'email!'],
    ['email', "What is your babysitter's email?", 'email!'],
    ['email', 'Where should we send the results?', 'email'],
    ['email', 'Which email should we use for your account?', 'email'],
    ['email', 'Who referred you? Leave their e-mail', 'email!'],
    ['email', 'Our manager will contact you - what is your email?', 'email'],
    ['email', 'Please provide an email so that your assistant can get the invite', 'email'],
    ['short_text', 'Contact No.', 'phone'],
    ['short_text', 'Best contact number', 'phone'],
    ['short_text', 'Phone #', 'phone'],
    ['short_text', 'Mobile No', 'phone'],
    ['short_text', 'Daytime telephone', 'phone'],
    ['short_text', "What's a good number to call you on?", 'phone'],
    ['short_text', 'Full name of applicant', 'fullName'],
    ['short_text', "Applicant's full legal name", 'fullName'],
    ['short_text', 'Email of contact person', 'email'],
    ['short_text', 'Name of person completing this form', 'fullName'],
    ['short_text', 'Your name, please', 'fullName'],
    ['short_text', 'Who am I speaking with?', 'fullName'],
    ['short_text', "First things first: what's your first name?", 'firstName'],
    ['short_text', 'Surname (family name)', 'lastName'],
    ['short_text', 'Dealership name', 'company'],
    ['short_text', "What's your company called?", 'company'],
    ['short_text', 'What is the name of your organization?', 'company'],
    ['short_text', 'Practice name', 'company'],
    ['short_text', 'Where do you work?', 'company'],
    ['short_text', 'Name of your restaurant', 'company'],
    ['short_text', 'Company', 'company'],
    ['short_text', 'Company / Organisation', 'company'],
    ['short_text', 'Genre', '-'],
    ['short_text', 'Land', '-'],
    ['short_text', 'Unit', '-'],
    ['short_text', 'State of your project', '-'],
    ['short_text', 'Book title', '-'],
    ['short_text', 'Project name', '-'],
    ['short_text', 'Bank name', '-'],
    ['short_text', 'Product name', '-'],
    ['short_text', 'Name of your school', '-'],
    ['short_text', 'Emergency contact name', 'fullName!'],
    ['short_text', 'Next of kin phone', 'phone!'],
    ['short_text', "Landlord's name", 'fullName!'],
    ['short_text', "Mother's maiden name", '-'],
    ['date', 'Date of Birth of applicant', 'birthday'],
    ['date', 'When were you born?', 'birthday'],
    ['date', 'DOB', 'birthday'],
    ['date', "Child's birthday", 'birthday!'],
    ['date', 'Start date', '-'],
    ['date', 'Wedding date', '-'],
    ['short_text', 'Zip / Postal Code', 'postalCode'],
    ['short_text', 'Postcode', 'postalCode'],
    ['short_text', "What's your zip?", 'postalCode'],
    ['short_text', 'Which city do you live in?', 'city'],
    ['short_text', 'City, State', 'city+state'],
    ['short_text', 'City & Country', 'city+country'],
    ['short_text', 'What city are you based in?', 'city'],
    ['short_text', 'Which city should we visit next?', '-'],
    ['short_text', 'City of birth', '-'],
    ['dropdown', 'Country of residence', 'country'],
    ['dropdown', 'What country are you in?', 'country'],
    ['dropdown', 'Which country would you like to visit?', '-'],
    ['short_text', 'Street address', 'addressLine1'],
    ['short_text', 'Home address', 'addressLine1'],
    ['long_text', 'What is your mailing address?', 'addressLine1'],
    ['short_text', 'Property address', 'addressLine1!'],
    ['short_text', 'Address line 2', 'addressLine2'],
    ['short_text', 'Website address', '-'],
    ['short_text', 'IP address', '-'],
    ['multiple_choice', 'What is your gender?', 'gender'],
    ['multiple_choice', 'How do you identify your gender?', 'gender'],
    ['short_text', 'Name and email', 'fullName+email'],
    ['short_text', 'Name / Company', 'fullName'],
    ['email', 'Your work email', 'email'],
    ['email', 'Parent email', 'email'],
    ['email', 'Email address of the person you are recommending', 'email!'],
    ['email', 'What is the best email for your accountant?', 'email!'],
    ['short_text', 'Signature (type your full name)', 'fullName'],
    ['short_text', 'Print name', 'fullName'],
    ['short_text', 'WhatsApp', 'phone'],
    ['short_text', "Insured's name", 'fullName'],
    ['short_text', 'Name as it appears on your ID', 'fullName'],
  ])('reads English: %s %s -> %s', (type, title, expected) => {
    expect(meaningOf('en', type, title)).toBe(expected);
  });

  it.each([
    ['email', 'E-mail da sua irmã', 'email!'],
    ['email', 'E-mail do seu sócio', 'email!'],
    ['email', 'Qual é o e-mail do seu contador?', 'email!'],
    ['email', 'E-mail para contato', 'email'],
    ['email', 'Melhor e-mail', 'email'],
    ['short_text', 'Nomes próprios', 'firstName'],
    ['short_text', 'Nome do responsável', 'fullName'],
    ['short_text', 'Nome completo do titular', 'fullName'],
    ['short_text', 'Qual o nome do seu negócio?', 'company'],
    ['short_text', 'Nome da loja', 'company'],
    ['short_text', 'Como se chama a sua empresa?', 'company'],
    ['short_text', 'Nº de telefone', 'phone'],
    ['short_text', 'Telefone / WhatsApp', 'phone'],
    ['short_text', 'Número de telemóvel', 'phone'],
    ['short_text', 'Telefone para contato', 'phone'],
    ['short_text', 'Telefone da sua mãe', 'phone!'],
    ['short_text', 'Telefone para emergências', 'phone!'],
    ['short_text', 'Em que cidade você mora?', 'city'],
    ['short_text', 'Cidade/Estado', 'city+state'],
    ['short_text', 'Cidade e UF', 'city+state'],
    ['short_text', 'Código postal e localidade', 'postalCode+city'],
    ['short_text', 'CEP', 'postalCode'],
    ['short_text', 'Bairro', '-'],
    ['short_text', 'Endereço completo', 'addressLine1'],
    ['short_text', 'Morada', 'addressLine1'],
    ['date', 'Data de nascimento', 'birthday'],
    ['date', 'Qual a sua data de nascimento?', 'birthday'],
    ['date', 'Data de nascimento do candidato', 'birthday'],
    ['short_text', 'Estado civil', '-'],
    ['short_text', 'Nome do seu pet', 'fullName!'],
    ['short_text', 'Nome da escola', '-'],
    ['short_text', 'Qual seu nome e sobrenome?', 'fullName'],
    ['short_text', 'Sobrenome', 'lastName'],
    ['multiple_choice', 'Com qual gênero você se identifica?', 'gender'],
    ['dropdown', 'País de residência', 'country'],
    ['short_text', 'Deixe aqui o seu whats', 'phone'],
    ['short_text', 'Pode deixar seu melhor e-mail?', 'email'],
    ['short_text', 'Pessoa de contacto', 'fullName'],
  ])('reads Portuguese: %s %s -> %s', (type, title, expected) => {
    expect(meaningOf('pt', type, title)).toBe(expected);
  });

  it.each([
    ['email', 'Correo de tu novio', 'email!'],
    ['email', 'Correo electrónico de su contador', 'email!'],
    ['email', '¿A qué correo te escribimos?', 'email'],
    ['email', 'Email del padrino de tu boda', 'email!'],
    ['short_text', 'Teléfono de tu novia', 'phone!'],
    ['short_text', 'Nombres y apellidos', 'fullName'],
    ['short_text', 'Nombre completo del titular', 'fullName'],
    ['short_text', 'Persona de contacto', 'fullName'],
    ['short_text', '¿Cómo se llama tu startup?', 'company'],
    ['short_text', '¿Cuál es el nombre de tu negocio?', 'company'],
    ['short_text', 'Nombre del restaurante', 'company'],
    ['short_text', 'Nº de teléfono', 'phone'],
    ['short_text', 'Nro. de celular', 'phone'],
    ['short_text', 'Teléfono de contacto', 'phone'],
    ['short_text', 'Un teléfono donde podamos llamarte', 'phone'],
    ['short_text', 'Código postal y población', 'postalCode+city'],
    ['short_text', 'C.P.', 'postalCode'],
    ['short_text', '¿En qué ciudad vives?', 'city'],
    ['short_text', 'Ciudad y país', 'city+country'],
    ['short_text', '¿De qué país eres?', 'country'],
    ['short_text', 'Lugar de nacimiento', '-'],
    ['date', 'Fecha de nacimiento (dd/mm/aaaa)', 'birthday'],
    ['date', 'Fecha de nacimiento del solicitante', 'birthday'],
    ['short_text', 'Domicilio', 'addressLine1'],
    ['short_text', '¿Cuál es tu dirección?', 'addressLine1'],
    ['short_text', 'Nombre de tu perro', 'fullName!'],
    ['short_text', 'Nombre del proyecto', '-'],
    ['short_text', 'Apellidos', 'lastName'],
    ['multiple_choice', 'Sexo', 'gender'],
    ['short_text', 'Dime tu nombre', 'fullName'],
    ['short_text', '¿Con quién hablo?', 'fullName'],
    ['short_text', 'Nombre de la empresa donde trabajas', 'company'],
    ['short_text', 'Empresa', 'company'],
  ])('reads Spanish: %s %s -> %s', (type, title, expected) => {
    expect(meaningOf('es', type, title)).toBe(expected);
  });

  it.each([
    ['email', 'E-mail de votre conjoint', 'email!'],
    ['email', 'Adresse e-mail de ton témoin de mariage', 'email!'],
    ['email', 'Votre adresse e-mail', 'email'],
    ['email', 'À quelle adresse e-mail pouvons-nous vous écrire ?', 'email'],
    ['email', "L'e-mail de votre belle-mère", 'email!'],
    ['short_text', 'Numéro de portable de votre voisin', 'phone!'],
    ['short_text', 'N° de téléphone', 'phone'],
    ['short_text', 'Tél.', 'phone'],
    ['short_text', 'Votre numéro de téléphone portable', 'phone'],
    ['short_text', 'Sur quel numéro peut-on vous joindre ?', 'phone'],
    ['short_text', 'Nom du responsable', 'fullName'],
    ['short_text', 'Nom et prénom du demandeur', 'fullName'],
    ['short_text', "Comment t'appelles-tu ?", 'fullName'],
    ['short_text', 'Votre prénom', 'firstName'],
    ['short_text', 'Nom de votre société', 'company'],
    ['short_text', "Comment s'appelle votre restaurant ?", 'company'],
    ['short_text', "Nom de l'enseigne", 'company'],
    ['short_text', 'Code postal et ville', 'postalCode+city'],
    ['short_text', 'Ville', 'city'],
    ['short_text', 'Dans quelle ville vivez-vous ?', 'city'],
    ['short_text', 'Ville de naissance', '-'],
    ['date', 'Date de naissance', 'birthday'],
    ['date', 'Date de naissance du candidat', 'birthday'],
    ['date', "Date de naissance de l'enfant", 'birthday!'],
    ['short_text', 'Adresse postale', 'addressLine1'],
    ['short_text', 'Votre adresse', 'addressLine1'],
    ['short_text', 'Adresse du bien', 'addressLine1!'],
    ['multiple_choice', 'Genre', 'gender'],
    ['multiple_choice', 'Vous êtes... (sexe)', 'gender'],
    ['dropdown', 'Pays', 'country'],
    ['short_text', 'Nom du chien', 'fullName!'],
    ['short_text', 'Nom du projet', '-'],
    ['short_text', 'Personne à contacter', 'fullName'],
    ['short_text', 'Raison sociale', 'company'],
  ])('reads French: %s %s -> %s', (type, title, expected) => {
    expect(meaningOf('fr', type, title)).toBe(expected);
  });

  it.each([
    ['email', 'E-Mail Ihres Lebenspartners', 'email!'],
    ['email', 'E-Mail Ihrer Schwester', 'email!'],
    ['email', 'E-Mail-Adresse deiner Trauzeugin', 'email!'],
    ['email', 'E-Mail Ihres Patenonkels', 'email!'],
    ['email', 'Ihre E-Mail', 'email'],
    ['email', 'Unter welcher E-Mail erreichen wir Sie?', 'email'],
    ['email', 'E-Mail des Chefs', 'email!'],
    ['short_text', 'Telefon-Nr.', 'phone'],
    ['short_text', 'WhatsApp-Nummer', 'phone'],
    ['short_text', 'Deine Handynummer', 'phone'],
    ['short_text', 'Telefonnummer für Rückfragen', 'phone'],
    ['short_text', 'Notfallnummer', '-'],
    ['short_text', 'Telefonnummer des Vermieters', 'phone!'],
    ['short_text', 'Name des Antragstellers', 'fullName'],
    ['short_text', 'Vor- und Zuname', 'fullName'],
    ['short_text', 'Wie heißt du?', 'fullName'],
    ['short_text', 'Wie lautet dein Vorname?', 'firstName'],
    ['short_text', 'Nachname', 'lastName'],
    ['short_text', 'Ansprechpartner', 'fullName'],
    ['short_text', 'Wie heißt dein Unternehmen?', 'company'],
    ['short_text', 'Name Ihres Vereins', 'company'],
    ['short_text', 'Vereinsname', 'company'],
    ['short_text', 'Praxisname', 'company'],
    ['short_text', 'Name der Firma', 'company'],
    ['short_text', 'PLZ & Wohnort', 'postalCode+city'],
    ['short_text', 'PLZ/Ort', 'postalCode+city'],
    ['short_text', 'Wohnort', 'city'],
    ['short_text', 'In welcher Stadt lebst du?', 'city'],
    ['short_text', 'Geburtsort', '-'],
    ['date', 'Geburtsdatum', 'birthday'],
    ['date', 'Geburtsdatum des Kindes', 'birthday!'],
    ['date', 'Wann bist du geboren?', 'birthday'],
    ['short_text', 'Straße + Hausnummer', 'addressLine1'],
    ['short_text', 'Anschrift', 'addressLine1'],
    ['short_text', 'Wohnadresse', 'addressLine1'],
    ['short_text', 'Lieferadresse', 'addressLine1'],
    ['short_text', 'Webadresse', '-'],
    ['short_text', 'Land', 'country'],
    ['short_text', 'Bundesland', 'state'],
    ['multiple_choice', 'Geschlecht', 'gender'],
    ['short_text', 'Projektname', '-'],
    ['short_text', 'Name der Schule', '-'],
    ['short_text', 'Name Ihres Hundes', 'fullName!'],
    ['short_text', 'Kundennummer', '-'],
    ['short_text', 'Rufnummer', 'phone'],
    ['short_text', 'Rückrufnummer', 'phone'],
  ])('reads German: %s %s -> %s', (type, title, expected) => {
    expect(meaningOf('de', type, title)).toBe(expected);
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
      ['a section before a dash', ['Emergency contact - Name', 'Emergency contact - Phone'], ['fullName!', 'phone!']],
    ])('%s', (_name, titles, expected) => {
      expect(meanings(titles.map((title) => asked(title)))).toEqual(expected);
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
      "the question's type is e-mail, but the title names somebody else's: 'Your wife'",
      'the ref asks for a company',
    ]);
  });

  describe('a mapping', () => {
    const questions = [asked('E-mail', 'email'), asked('Question 7', 'short_text', 'q7')];

    it('is believed, and its key is guessed nowhere else', () => {
      const plan = planOf(questions, { email: 'q7' });
      expect(plan.questions.get('Question 7')).toMatchObject({ key: 'email', whose: 'client', decidedBy: 'mapping' });
      expect(plan.questions.get('E-mail')).toMatchObject({ key: null, decidedBy: 'mapping' });
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

  it.each<[Language, string]>([
    ['en', 'What is your role in the company?'],
    ['en', 'How many employees does your company have?'],
    ['en', "What's the name of your favourite book?"],
    ['en', 'Which country should we expand to?'],
    ['en', 'Order number'],
    ['en', 'Instagram name'],
    ['en', 'What is the first name that comes to mind?'],
    ['en', 'When was your company founded?'],
    ['pt', 'O que a sua empresa faz?'],
    ['pt', 'Quem indicou você?'],
    ['pt', 'Site da empresa'],
    ['es', '¿Cuál es tu puesto en la empresa?'],
    ['es', '¿Qué países has visitado?'],
    ['es', 'Nombre de usuario'],
    ['fr', 'Que fait votre entreprise ?'],
    ['fr', "Comment s'appelle votre projet ?"],
    ['fr', 'Numéro de commande'],
    ['de', 'Wie viele Mitarbeiter hat Ihre Firma?'],
    ['de', 'Wer hat uns empfohlen?'],
    ['de', 'Kontonummer'],
  ])('takes nothing from a mere mention (%s): %s', (language, title) => {
    expect(meaningOf(language, 'short_text', title)).toBe('-');
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
