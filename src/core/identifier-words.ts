/**
 * The words by which a question is recognised, in English, Portuguese, Spanish, French and German (a line each where a
 * list has many). Write them as people do, with commas between: case, accents, hyphens, apostrophes and the NOISE words
 * do not matter.
 */

/** What identifies a client, in the order in which it is shown. */
export const IDENTIFIER_KEYS = [
  'email',
  'phone',
  'fullName',
  'firstName',
  'lastName',
  'company',
  'birthday',
  'gender',
  'addressLine1',
  'addressLine2',
  'city',
  'state',
  'postalCode',
  'country',
] as const;
export type IdentifierKey = (typeof IDENTIFIER_KEYS)[number];

/** Labels that ask for an identifier. A title matches when nothing but such a label is left of it. */
export const LABELS: Record<IdentifierKey, readonly string[]> = {
  email: list(
    'email, mail, email address, best email, best email address, preferred email, email id',
    'endereço de e-mail, correio eletrónico',
    'correo, correo electrónico, dirección de correo electrónico, dirección de email',
    'courriel, adresse e-mail, adresse mail, adresse électronique',
    'E-Mail-Adresse, Mailadresse',
  ),
  phone: list(
    'phone, phone number, telephone, telephone number, tel, mobile, mobile phone, mobile number, mobile phone number',
    'cell, cell phone, cell number, cell phone number, cellphone, contact number, whatsapp, whatsapp number',
    'best phone number, preferred phone number',
    'telefone, celular, telemóvel, número de telefone, número de celular, número de telemóvel',
    'teléfono, móvil, número de teléfono, teléfono móvil, número de móvil',
    'téléphone, portable, numéro de téléphone, téléphone portable, numéro de portable',
    'Telefon, Telefonnummer, Handy, Handynummer, Mobilnummer, Mobiltelefon, Rufnummer',
  ),
  fullName: list(
    'name, full name, fullname, complete name, legal name, full legal name, name in full',
    'nome, nome completo, como você se chama',
    'nombre, nombre completo, cómo te llamas, cómo se llama',
    "nom, nom complet, comment vous appelez-vous, comment t'appelles-tu",
    'vollständiger Name, vollstaendiger Name, wie heißen Sie, wie heißt du',
  ),
  firstName: list(
    'first, first name, legal first name, firstname, fname, given name, given names, forename',
    'primeiro nome, nome próprio, prenome',
    'primer nombre, nombre de pila',
    'prénom, prénoms',
    'Vor, Vorname, Vornamen, Rufname',
  ),
  lastName: list(
    'last, last name, legal last name, lastname, lname, surname, family name',
    'sobrenome, último nome, nome de família, apelido de família',
    'apellido, apellidos, primer apellido',
    'nom de famille, patronyme',
    'Nach, Nachname, Nachnamen, Familienname, Zuname',
  ),
  company: list(
    'company, company name, name of company, company called, company legal name, legal company name',
    'registered company name, legal name of company, legal entity name, employer, firm, firm name, agency name',
    'business name, name of business, legal business name, legal name of business',
    'organisation, organisation name, name of organisation, organization, organization name, name of organization',
    'empresa, nome da empresa, como se chama a sua empresa, razão social, nome fantasia, organização',
    'nome da organização',
    'nombre de la empresa, cómo se llama tu empresa, razón social, compañía, nombre de la compañía, organización',
    'nombre de la organización',
    "entreprise, nom de l'entreprise, comment s'appelle votre entreprise, société, nom de la société, raison sociale",
    "nom de l'organisation",
    'Firma, Firmenname, Name der Firma, wie heißt Ihre Firma, Unternehmen, Unternehmensname, Name des Unternehmens',
    'wie heißt Ihr Unternehmen, Name der Organisation, Arbeitgeber',
  ),
  birthday: list(
    'birthday, birth day, birth date, birthdate, date of birth, dob, when were you born',
    'data de nascimento, nascimento, aniversário, data de aniversário, quando você nasceu',
    'fecha de nacimiento, cumpleaños, cuándo naciste',
    'date de naissance, anniversaire',
    'Geburtsdatum, Geburtstag, wann sind Sie geboren, wann wurden Sie geboren',
  ),
  gender: list('gender, gender identity, sex', 'gênero, sexo', 'género', 'genre, sexe', 'Geschlecht'),
  addressLine1: list(
    'address, address line, address line 1, address 1, line 1, street, street 1, street address, street and number',
    'street name and number, mailing address, postal address, residential address, office address, company address',
    'registered address, billing address, shipping address, delivery address',
    'endereço, endereço completo, endereço da empresa, morada, rua, rua e número, logradouro',
    'dirección, dirección completa, dirección postal, domicilio, calle, calle y número',
    "adresse, adresse complète, adresse postale, adresse de l'entreprise, rue, numéro et rue, rue et numéro",
    'Anschrift, Postanschrift, Firmenadresse, Straße, Straße und Hausnummer, Straße Hausnummer, Straße und Nr, Straße Nr',
  ),
  addressLine2: list(
    'address line 2, address 2, line 2, street 2, apartment, apt, suite, unit',
    'complemento, complemento de endereço',
    'segunda línea de dirección',
    "complément d'adresse",
    'Adresszusatz',
  ),
  city: list(
    'city, city name, home city, city of residence, town',
    'cidade, cidade de residência, município, localidade',
    'ciudad, ciudad de residencia, localidad',
    'ville, ville de résidence, commune',
    'Stadt, Ort, Wohnort',
  ),
  state: list(
    'state, home state, state of residence, province, region, county',
    'estado, UF, província',
    'provincia, región, comunidad autónoma',
    'région, canton',
    'Bundesland, Kanton',
  ),
  postalCode: list(
    'zip, zip code, zipcode, post code, postcode, postal, postal code',
    'CEP, código postal',
    'code postal',
    'PLZ, Postleitzahl',
  ),
  country: list(
    'country, home country, country of residence, country or region',
    'país, país de residência, país de residencia',
    'pays, pays de résidence',
    'Land, Wohnland, Wohnsitzland',
  ),
};

/** Labels that look like an identifier with a word before it, and are none. */
export const DECOYS = list('user name, work name, home name, main name');

/** The words for "name" that say nothing of whose: first, last or full is decided by the questions beside it. */
export const BARE_NAMES = list('name, nome, nombre, nom');

/** Words that carry no meaning of their own: dropped wherever they stand. */
export const NOISE = list(
  'the, a, an, of, s, your, my, do',
  'o, os, da, dos, das, de, seu, sua, seus, suas, teu, tua, meu, minha',
  'el, la, los, las, del, tu, tus, su, sus, mi',
  'le, les, l, d, du, des, votre, vos, ton, ta, mon, ma',
  'der, die, dem, den, ihr, ihre, ihrer, ihres, ihrem, ihren, dein, deine, deiner, deines, deinem, deinen, mein, meine',
);

/** "And", "or" and their likes: "Name and surname", "City/Town" (a slash, comma or ampersand counts as one of them). */
export const CONNECTORS = list('and, or, e, ou, y, et, und, oder, bzw');

/** What may stand before a label: asking, greeting, politeness, and adjectives which do not change whose it is. */
export const BEFORE = list(
  'what, which, whats, when, is, are, please, enter, provide, type, write, give, tell, share, confirm, add, fill in',
  'us, me, with, in, can you, could you, would you, can we have, may we have, could we have, may i have, can i have',
  'can we get, may we ask, let us know, let s start with, lets start with, start with, first off, first of all',
  'now, next, finally, lastly, hi, hello, hey, ok, okay, great, thanks, thank you, perfect, awesome, welcome',
  'client, customer, applicant, user, contact, primary, main, work, business, personal, home, current, professional',
  'official',
  'qual, quais, sao, em, por favor, informe, digite, insira, escreva, preencha, diga, nos, ola',
  'cual, cuales, es, son, en, que, indica, indique, introduce, introduzca, ingresa, ingrese, escribe, escriba, dinos',
  'hola',
  'quel, quelle, quels, quelles, est, sont, dans, indiquez, entrez, saisissez, donnez, renseignez, veuillez, indiquer',
  "saisir, renseigner, entrer, nous, bonjour, s'il vous plaît",
  'wie, was, ist, sind, lautet, welche, welcher, welchem, welches, wann, bitte, geben Sie, gib, nennen Sie, nenne, uns',
  'hallo',
);

/** Further words that may stand before a name meant for machines: refs and hidden fields. */
export const BEFORE_IN_NAMES = list('q, question, field, input, txt, text, respondent, lead');

/** What may stand behind a label. */
export const AFTER = list(
  'please, here, below, required, optional, etc, you live, you live in, live in, you reside in, you in, you based in',
  'are you based, are you based in, are you in, are you from, are you located in, are you with, you work for',
  'you work at, you represent',
  'por favor, obrigatório, opcional, você mora, você vive, você trabalha',
  'obligatorio, vives, vive, trabajas, trabaja',
  "s'il vous plaît, obligatoire, facultatif, habitez-vous, vivez-vous, travaillez-vous",
  'bitte, ein, an, wohnen Sie, leben Sie, wohnst du, lebst du, arbeiten Sie',
);

/** From one of these on, the rest of a sentence only explains: "First name as on your passport". */
export const QUALIFIERS = list(
  'as, so, if, including, incl, exactly, because',
  'conforme, como, se, incluindo',
  'si, según, tal',
  'tel, telle, comme, afin',
  'wie, falls, damit, inklusive, inkl',
);

/** Somebody else than the client: nothing such a question asks for identifies the client. */
export const THIRD_PARTIES = list(
  'manager, managers, boss, supervisor, ceo, colleague, colleagues, coworker, assistant, accountant, lawyer, attorney',
  'spouse, husband, wife, partner, mother, father, parent, parents, guardian, child, children, your son, daughter, kid',
  'brother, sister, sibling, friend, emergency, kin, landlord, doctor, physician, beneficiary, witness, guarantor',
  'reference, referee, referrer, referral, referred, recipient, invitee, guest, plus one, his, her, their, someone',
  "somebody, employer's",
  'gerente, chefe, gestor, colega, contador, advogado, cônjuge, esposo, esposa, marido, parceiro, parceira, mãe, pai',
  'filho, filha, responsável legal, amigo, amiga, amigos, emergência, referência, indicação, indicou',
  'jefe, jefa, abogado, cónyuge, pareja, madre, padre, hijo, hija, emergencia, referencia, referido, recomendó',
  'supérieur, collègue, comptable, avocat, conjoint, conjointe, époux, épouse, mari, votre femme, partenaire, mère, père',
  'enfant, enfants, ami, amie, urgence, parrain, parrainage, référent, recommandé',
  'Vorgesetzter, Vorgesetzten, Chef, Chefs, Kollege, Kollegen, Kollegin, Steuerberater, Ehepartner, Ehepartners',
  'Ehemann, Ehemanns, Ehefrau, Partnerin, Mutter, Vater, Eltern, Kind, Kindes, Kinder, Freund, Freundes, Freundin',
  'Notfall, Notfallkontakt, Notfallkontakts, Referenz, Empfehlung, Empfehlers',
);

/** E-mail addresses and numbers of the client which serve something else: used only when there is no better one. */
export const SECONDARY = list(
  'billing, invoice, invoices, invoicing, accounting, finance, alternative, alternate, secondary, second, backup, other',
  'additional, support, recovery',
  'faturamento, cobrança, alternativo, secundário',
  'facturación, secundario',
  'facturation, secondaire',
  'Rechnung, Rechnungen',
);

/** Things and animals that have a name: a title which speaks of one of them asks for no person's name. */
export const NAMED_THINGS = list(
  'company, business, organisation, organization, brand, product, project, event, file, team, domain, website, app, bank',
  'school, course, venue, hotel, username, pet, pets, dog, cat',
  'empresa, marca, produto, projeto, evento, arquivo, cachorro, gato',
  'producto, proyecto, archivo, mascota, perro',
  'entreprise, société, marque, produit, projet, événement, fichier, chien, chat',
  'Firma, Unternehmen, Marke, Produkt, Projekt, Veranstaltung, Datei, Hund, Katze, Haustier',
);

function list(...lines: string[]): readonly string[] {
  return lines.flatMap((line) => line.split(', '));
}
