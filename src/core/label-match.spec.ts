import * as fc from 'fast-check';
import { withoutHanging } from '../../test/support/without-hanging';
import { IDENTIFIER_KEYS, LABELS } from './identifier-words';
import { isNameOfThing, isSecondary, isThirdParty, matchName, matchTitle } from './label-match';

describe('matchTitle', () => {
  it.each([
    // contact_info and address blocks, as Typeform titles their parts
    ['First name', 'firstName'],
    ['Last name', 'lastName'],
    ['Phone number', 'phone'],
    ['Email', 'email'],
    ['Company', 'company'],
    ['Address', 'addressLine1'],
    ['Address line 2', 'addressLine2'],
    ['City/Town', 'city'],
    ['State/Region/Province', 'state'],
    ['Zip/Post code', 'postalCode'],
    ['Country', 'country'],
    // English
    ['Name', 'fullName'],
    ['Your name', 'fullName'],
    ['Full name *', 'fullName'],
    ["Hi! What's your *name*?", 'fullName'],
    ['First and last name', 'fullName'],
    ['Name and surname', 'fullName'],
    ['2) Full legal name', 'fullName'],
    ['Contact name', 'fullName'],
    ["Nice to meet you, what's your last name?", 'lastName'],
    ['Thanks {{field:abc}}, what is your surname?', 'lastName'],
    ['Before we begin, may we have your full name?', 'fullName'],
    ['Country/Region', 'country'],
    ['First name (as on your passport)', 'firstName'],
    ['First name, as on your passport', 'firstName'],
    ['Please enter your first name so we can greet you', 'firstName'],
    ['Personal details: First name', 'firstName'],
    ['Company name', 'company'],
    ["What's the name of your company?", 'company'],
    ["What is your company's name?", 'company'],
    ['Which company do you work for?', 'company'],
    ['Business name, if any', 'company'],
    ['Date of birth (DD/MM/YYYY)', 'birthday'],
    ['When is your birthday?', 'birthday'],
    ['Which city do you live in?', 'city'],
    ['What country are you based in?', 'country'],
    ['Country of residence', 'country'],
    ['What state are you in?', 'state'],
    ['Street address', 'addressLine1'],
    ['What is your best e-mail address?', 'email'],
    ['FULL NAME', 'fullName'],
    ['Ｆｕｌｌ ｎａｍｅ', 'fullName'],
    // Portuguese
    ['Nome completo', 'fullName'],
    ['Qual é o seu nome?', 'fullName'],
    ['Nome e sobrenome', 'fullName'],
    ['Primeiro nome', 'firstName'],
    ['Qual é o seu sobrenome?', 'lastName'],
    ['Nome da empresa', 'company'],
    ['Qual é o nome da sua empresa?', 'company'],
    ['Data de nascimento', 'birthday'],
    ['Em qual cidade você mora?', 'city'],
    ['CEP', 'postalCode'],
    ['Endereço', 'addressLine1'],
    ['Gênero', 'gender'],
    // Spanish
    ['Nombre y apellidos', 'fullName'],
    ['¿Cuál es tu nombre completo?', 'fullName'],
    ['¿Cuáles son sus apellidos?', 'lastName'],
    ['Nombre de la empresa', 'company'],
    ['¿Cuál es el nombre de su empresa?', 'company'],
    ['Fecha de nacimiento', 'birthday'],
    ['¿En qué ciudad vives?', 'city'],
    ['Código postal', 'postalCode'],
    ['País', 'country'],
    ['Correo electrónico', 'email'],
    // French
    ['Nom et prénom', 'fullName'],
    ['Comment vous appelez-vous ?', 'fullName'],
    ['Quel est votre prénom ?', 'firstName'],
    ['Nom de famille', 'lastName'],
    ["Nom de l'entreprise", 'company'],
    ['Nom de l’entreprise', 'company'],
    ['Quel est le nom de votre entreprise ?', 'company'],
    ['Date de naissance', 'birthday'],
    ['Dans quelle ville habitez-vous ?', 'city'],
    ['Numéro de téléphone', 'phone'],
    ['Adresse e-mail', 'email'],
    // German
    ['Vor- und Nachname', 'fullName'],
    ['Vor-/Nachname', 'fullName'],
    ['Wie heißen Sie?', 'fullName'],
    ['Wie ist Ihr Name?', 'fullName'],
    ['Wie lautet Ihr Vorname?', 'firstName'],
    ['Bitte geben Sie Ihren Nachnamen ein', 'lastName'],
    ['Bitte geben Sie Ihren Vornamen ein', 'firstName'],
    ['Firmenname', 'company'],
    ['Name des Unternehmens', 'company'],
    ['Wie heißt Ihre Firma?', 'company'],
    ['Geburtsdatum', 'birthday'],
    ['In welcher Stadt wohnen Sie?', 'city'],
    ['Straße und Hausnummer', 'addressLine1'],
    ['PLZ', 'postalCode'],
    ['E-Mail-Adresse', 'email'],
    ['Geschlecht', 'gender'],
  ])('%j asks for %s', (title, key) => {
    expect(matchTitle(title)?.key ?? null).toBe(key);
  });

  it.each([
    'How did you hear about our company?',
    'What is the state of your project?',
    'Tell us about your company',
    'Do you have a company?',
    'What does your company do?',
    'What is your company size?',
    'How was your city tour',
    'User name',
    'Username',
    "Your pet's name",
    "What is your dog's name?",
    'Name of your dog',
    'Name of your spouse',
    'Project name',
    'Project: Name',
    'Event name',
    'File name',
    'Domain name',
    'Pet: first name',
    'City and country',
    'City, State',
    'City/State',
    'Name and company',
    'Name / Company',
    'City of birth',
    'Country of birth',
    'Favourite city',
    'State the reason for your visit',
    'Estado civil',
    'Mobile app',
    'Is your address correct?',
    'Statement',
    'Capacity',
    'Renamed',
    'What is your first question?',
    'When is your birthday party?',
    'Nome do projeto',
    'Nombre de usuario',
    "Nom d'utilisateur",
    'Benutzername',
    'Wie heißt Ihr Hund?',
    'Comment avez-vous connu notre entreprise ?',
    'Como conheceu a nossa empresa?',
    '¿Cómo conociste nuestra empresa?',
    'Wie haben Sie von unserer Firma erfahren?',
    '',
    '…',
  ])('%j asks for no identifier', (title) => {
    expect(matchTitle(title)).toBeNull();
  });

  it.each(IDENTIFIER_KEYS)('knows each of its own labels: %s', (key) => {
    for (const label of LABELS[key]) expect([label, matchTitle(label)?.key]).toEqual([label, key]);
  });

  it('marks the bare word "name"', () => {
    expect(matchTitle('Nome')).toEqual({ key: 'fullName', bare: true });
    expect(matchTitle("And what's your name, please?")).toEqual({ key: 'fullName', bare: true });
    expect(matchTitle('Nome completo')).toEqual({ key: 'fullName', bare: false });
  });
});

describe('matchName', () => {
  it.each([
    ['email', 'email'],
    ['user_email', 'email'],
    ['e-mail', 'email'],
    ['clientFirstName', 'firstName'],
    ['last_name', 'lastName'],
    ['lname', 'lastName'],
    ['fullName', 'fullName'],
    ['CompanyName', 'company'],
    ['company-name', 'company'],
    ['addressLine1', 'addressLine1'],
    ['address_line_2', 'addressLine2'],
    ['address2', 'addressLine2'],
    ['q3_zip_code', 'postalCode'],
    ['DOB', 'birthday'],
    ['phoneNumber', 'phone'],
    ['user_name', null],
    ['username', null],
    ['utm_city', null],
    ['user_id', null],
    ['petName', null],
    ['statement', null],
    ['a1b2c3d4-0000-4000-8000-name00000000', null],
    ['__proto__', null],
    ['constructor', null],
  ])('%j stands for %s', (name, key) => {
    expect(matchName(name)?.key ?? null).toBe(key);
  });
});

describe('whose it is', () => {
  it.each([
    ["Your manager's e-mail", true],
    ['Emergency contact: phone', true],
    ['spouseEmail', true],
    ['manager_email', true],
    ['Reference e-mail', true],
    ['Who referred you?', true],
    ['E-mail do seu gerente', true],
    ['Correo de su jefe', true],
    ["Contact d'urgence", true],
    ['Notfallkontakt', true],
    ['Your e-mail', false],
    ['Management address', false],
  ])('%j: third party %s', (text, expected) => {
    expect(isThirdParty(text)).toBe(expected);
  });

  it('knows secondary addresses and names of things', () => {
    expect([isSecondary('Billing e-mail'), isSecondary('E-mail')]).toEqual([true, false]);
    expect(['company_name', 'petName', 'first_name', 'name', 'company'].map(isNameOfThing)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

describe('cost', () => {
  it.each([
    'name ',
    'e-mail ',
    'and ',
    'what is ',
    '(',
    '[(',
    'Aa',
    'ABC',
    '…',
    '\u0301',
    'ﷺ',
    '/',
    'a/',
    '_',
    'first ',
  ])('does not hang on long repetitions of %j', (unit) => {
    const text = unit.repeat(1_000_000 / unit.length);
    withoutHanging(() => {
      matchTitle(text);
      matchName(text);
      isThirdParty(text);
    });
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        matchTitle(text);
        matchName(text);
      }),
    );
  });
});
