/**
 * The words by which a question is recognised, in English, Portuguese, Spanish, French and German.
 * Write them as people write them: case, accents, hyphens, apostrophes and the NOISE words do not matter.
 */

/** What identifies a client, in the order in which it is shown. */
export const IDENTIFIER_KEYS = [
  ...(['email', 'phone', 'fullName', 'firstName', 'lastName', 'company', 'birthday', 'gender'] as const),
  ...(['addressLine1', 'addressLine2', 'city', 'state', 'postalCode', 'country'] as const),
] as const;
export type IdentifierKey = (typeof IDENTIFIER_KEYS)[number];

/** Labels that ask for an identifier. A title matches when nothing but such a label is left of it. */
export const LABELS: Record<IdentifierKey, readonly string[]> = {
  email: [
    ...['email', 'mail', 'email address', 'best email', 'best email address', 'preferred email', 'email id'],
    ...['endereço de e-mail', 'correo', 'correo electrónico', 'dirección de correo electrónico', 'dirección de email'],
    ...['courriel', 'adresse e-mail', 'adresse mail', 'adresse électronique', 'E-Mail-Adresse', 'Mailadresse'],
  ],
  phone: [
    ...['phone', 'phone number', 'telephone', 'telephone number', 'mobile', 'mobile phone', 'mobile number'],
    ...['mobile phone number', 'cell', 'cell phone', 'cell number', 'cell phone number', 'cellphone', 'contact number'],
    ...['tel', 'whatsapp', 'whatsapp number', 'best phone number', 'preferred phone number', 'telefone', 'celular'],
    ...['número de telefone', 'número de celular', 'telemóvel', 'número de telemóvel', 'teléfono', 'móvil'],
    ...['número de teléfono', 'teléfono móvil', 'número de móvil', 'téléphone', 'numéro de téléphone', 'portable'],
    ...['téléphone portable', 'numéro de portable', 'Telefon', 'Telefonnummer', 'Handy', 'Handynummer', 'Mobilnummer'],
    ...['Rufnummer', 'Mobiltelefon'],
  ],
  fullName: [
    ...['name', 'full name', 'fullname', 'complete name', 'legal name', 'full legal name', 'name in full'],
    ...['nome', 'nome completo', 'nombre', 'nombre completo', 'nom', 'nom complet', 'vollständiger Name'],
    ...['vollstaendiger Name', 'Vollname', 'como você se chama', 'cómo te llamas', 'cómo se llama'],
    ...['comment vous appelez-vous', "comment t'appelles-tu", 'wie heißen Sie', 'wie heißt du'],
  ],
  firstName: [
    ...['first', 'first name', 'firstname', 'fname', 'given name', 'given names', 'forename', 'primeiro nome'],
    ...[
      'nome próprio',
      'prenome',
      'primer nombre',
      'nombre de pila',
      'prénom',
      'prénoms',
      'Vor',
      'Vorname',
      'Vornamen',
    ],
    ...['Rufname'],
  ],
  lastName: [
    ...['last', 'last name', 'lastname', 'lname', 'surname', 'family name', 'sobrenome', 'último nome'],
    ...['nome de família', 'apelido de família', 'apellido', 'apellidos', 'primer apellido', 'nom de famille'],
    ...['patronyme', 'Nach', 'Nachname', 'Familienname', 'Zuname'],
  ],
  company: [
    ...['company', 'company name', 'name of company', 'company legal name', 'legal company name', 'legal entity name'],
    ...['business name', 'name of business', 'organisation', 'organization', 'organisation name', 'organization name'],
    ...[
      'name of organisation',
      'name of organization',
      'firm',
      'firm name',
      'employer',
      'agency name',
      'company called',
    ],
    ...['registered company name', 'legal business name', 'legal name of company', 'legal name of business'],
    ...['empresa', 'nome da empresa', 'razão social', 'nome fantasia', 'organização', 'nome da organização'],
    ...['nombre de la empresa', 'razón social', 'organización', 'nombre de la organización', 'compañía'],
    ...['nombre de la compañía', 'entreprise', "nom de l'entreprise", 'société', 'nom de la société', 'raison sociale'],
    ...["nom de l'organisation", 'Firma', 'Firmenname', 'Name der Firma', 'Unternehmen', 'Unternehmensname'],
    ...['Name des Unternehmens', 'Organisation', 'Name der Organisation', 'Arbeitgeber'],
  ],
  birthday: [
    ...['birthday', 'birth date', 'birthdate', 'date of birth', 'dob', 'birth day', 'when were you born'],
    ...['data de nascimento', 'nascimento', 'aniversário', 'data de aniversário', 'quando você nasceu'],
    ...['fecha de nacimiento', 'cumpleaños', 'cuándo naciste', 'date de naissance', 'anniversaire'],
    ...['Geburtsdatum', 'Geburtstag', 'wann sind Sie geboren', 'wann wurden Sie geboren'],
  ],
  gender: ['gender', 'gender identity', 'sex', 'gênero', 'sexo', 'género', 'genre', 'sexe', 'Geschlecht'],
  addressLine1: [
    ...['address', 'street', 'street address', 'address line', 'address line 1', 'address 1', 'line 1', 'street 1'],
    ...['street name and number', 'street and number', 'mailing address', 'postal address', 'residential address'],
    ...['office address', 'registered address', 'billing address', 'shipping address', 'delivery address'],
    ...['company address', 'endereço', 'endereço completo', 'endereço da empresa', 'morada', 'rua', 'logradouro'],
    ...['rua e número', 'dirección', 'dirección completa', 'dirección postal', 'domicilio', 'calle', 'calle y número'],
    ...['adresse', 'adresse complète', 'adresse postale', "adresse de l'entreprise", 'rue', 'numéro et rue'],
    ...['rue et numéro', 'Anschrift', 'Postanschrift', 'Straße', 'Straße und Hausnummer', 'Straße Hausnummer'],
    ...['Straße und Nr', 'Straße Nr', 'Firmenadresse'],
  ],
  addressLine2: [
    ...['address line 2', 'address 2', 'line 2', 'street 2', 'apartment', 'apt', 'suite', 'apt suite', 'unit'],
    ...['apartment suite unit', 'apt suite unit', 'complemento', 'complemento de endereço', "complément d'adresse"],
    ...['Adresszusatz', 'segunda línea de dirección'],
  ],
  city: [
    ...['city', 'town', 'city name', 'home city', 'city of residence', 'cidade', 'cidade de residência', 'município'],
    ...['ciudad', 'ciudad de residencia', 'localidad', 'localidade', 'ville', 'ville de résidence', 'commune'],
    ...['Stadt', 'Ort', 'Wohnort'],
  ],
  state: [
    ...['state', 'province', 'region', 'county', 'state of residence', 'home state', 'estado', 'UF', 'província'],
    ...['provincia', 'región', 'comunidad autónoma', 'région', 'canton', 'Bundesland', 'Kanton'],
  ],
  postalCode: [
    ...['zip', 'zip code', 'zipcode', 'post code', 'postcode', 'postal', 'postal code', 'CEP', 'código postal'],
    ...['code postal', 'PLZ', 'Postleitzahl'],
  ],
  country: [
    ...['country', 'country of residence', 'home country', 'país', 'país de residência', 'país de residencia'],
    ...['pays', 'pays de résidence', 'Land', 'Wohnsitzland', 'Wohnland'],
  ],
};

/** Labels that look like an identifier with a word before it, and are none. */
export const DECOYS: readonly string[] = ['user name', 'work name', 'home name', 'main name'];

/** The words for "name" that say nothing of whose: first, last or full is decided by the questions beside it. */
export const BARE_NAMES: readonly string[] = ['name', 'nome', 'nombre', 'nom'];

/** Words that carry no meaning of their own: dropped wherever they stand. */
export const NOISE: readonly string[] = [
  ...['the', 'a', 'an', 'of', 's', 'your', 'my', 'do'],
  ...['o', 'os', 'da', 'dos', 'das', 'de', 'seu', 'sua', 'seus', 'suas', 'teu', 'tua', 'meu', 'minha'],
  ...['el', 'la', 'los', 'las', 'del', 'tu', 'tus', 'su', 'sus', 'mi'],
  ...['le', 'les', 'l', 'd', 'du', 'des', 'votre', 'vos', 'ton', 'ta', 'mon', 'ma'],
  ...['der', 'die', 'dem', 'den', 'ihr', 'ihre', 'ihrer', 'ihres', 'ihrem', 'ihren'],
  ...['dein', 'deine', 'deiner', 'deines', 'deinem', 'deinen', 'mein', 'meine'],
];

/** "And", "or" and their likes: "Name and surname", "City/Town" (a slash, comma or ampersand counts as one of them). */
export const CONNECTORS: readonly string[] = [...['and', 'or', 'e', 'ou', 'y', 'et', 'und', 'oder', 'bzw']];

/** What may stand before a label: asking, greeting, politeness, and adjectives which do not change whose it is. */
export const BEFORE: readonly string[] = [
  ...['what', 'which', 'whats', 'when', 'is', 'are', 'please', 'enter', 'provide', 'type', 'write', 'give', 'tell'],
  ...[
    'share',
    'confirm',
    'add',
    'state your',
    'fill in',
    'us',
    'me',
    'with',
    'in',
    'can you',
    'could you',
    'would you',
  ],
  ...[
    'can we have',
    'may we have',
    'could we have',
    'may i have',
    'can i have',
    'can we get',
    'may we ask',
    'let us know',
  ],
  ...[
    'let s start with',
    'lets start with',
    'start with',
    'first off',
    'first of all',
    'now',
    'finally',
    'lastly',
    'next',
  ],
  ...['hi', 'hello', 'hey', 'ok', 'okay', 'great', 'thanks', 'thank you', 'perfect', 'awesome', 'welcome'],
  ...['client', 'customer', 'applicant', 'user', 'contact', 'primary', 'main', 'work', 'business', 'personal', 'home'],
  ...['current', 'professional', 'official'],
  ...[
    'qual',
    'quais',
    'sao',
    'em',
    'por favor',
    'informe',
    'digite',
    'insira',
    'escreva',
    'preencha',
    'diga',
    'nos',
    'ola',
  ],
  ...['cual', 'cuales', 'es', 'son', 'en', 'que', 'indica', 'indique', 'introduce', 'introduzca', 'ingresa', 'ingrese'],
  ...['escribe', 'escriba', 'dinos', 'hola'],
  ...['quel', 'quelle', 'quels', 'quelles', 'est', 'sont', 'dans', 'indiquez', 'entrez', 'saisissez', 'donnez'],
  ...['renseignez', 'veuillez', 'indiquer', 'saisir', 'renseigner', 'entrer', 'nous', 'bonjour', 's il vous plait'],
  ...['wie', 'was', 'ist', 'sind', 'lautet', 'welche', 'welcher', 'welchem', 'welches', 'in', 'bitte', 'geben sie'],
  ...['gib', 'nennen sie', 'nenne', 'uns', 'hallo', 'wann'],
];

/** Further words that may stand before a name meant for machines: refs and hidden fields. */
export const BEFORE_IN_NAMES: readonly string[] = [
  'q',
  'question',
  'field',
  'input',
  'txt',
  'text',
  'respondent',
  'lead',
];

/** What may stand behind a label. */
export const AFTER: readonly string[] = [
  ...['please', 'here', 'below', 'required', 'optional', 'you live', 'you live in', 'live in', 'you based in'],
  ...[
    'are you based',
    'are you based in',
    'are you in',
    'are you from',
    'are you located in',
    'you reside in',
    'you in',
  ],
  ...['you work for', 'you work at', 'you represent', 'are you with'],
  ...[
    'por favor',
    'obrigatório',
    'opcional',
    'você mora',
    'você vive',
    'você trabalha',
    'obligatorio',
    'vives',
    'vive',
  ],
  ...['trabajas', 'trabaja', "s'il vous plaît", 'obligatoire', 'facultatif', 'habitez vous', 'vivez vous'],
  ...['travaillez vous', 'bitte', 'ein', 'an', 'wohnen Sie', 'leben Sie', 'wohnst du', 'lebst du', 'arbeiten Sie'],
];

/** From one of these on, the rest of a sentence only explains: "First name as on your passport". */
export const QUALIFIERS: readonly string[] = [
  ...[
    'as',
    'so',
    'if',
    'including',
    'incl',
    'exactly',
    'because',
    'conforme',
    'como',
    'se',
    'si',
    'según',
    'incluindo',
  ],
  ...['tal', 'tel', 'telle', 'comme', 'afin', 'wie', 'falls', 'damit', 'inklusive', 'inkl'],
];

/** Somebody else than the client: nothing such a question asks for identifies the client. */
export const THIRD_PARTIES: readonly string[] = [
  ...['manager', 'managers', 'boss', 'supervisor', 'spouse', 'husband', 'wife', 'partner', 'emergency', 'kin'],
  ...['reference', 'referee', 'referrer', 'referral', 'referred', 'friend', 'colleague'],
  ...['colleagues', 'coworker', 'assistant', 'accountant', 'lawyer', 'attorney', 'landlord', 'doctor', 'physician'],
  ...[
    'mother',
    'father',
    'parent',
    'parents',
    'guardian',
    'child',
    'children',
    'your son',
    'daughter',
    'kid',
    'sibling',
  ],
  ...['brother', 'sister', 'beneficiary', 'witness', 'guarantor', 'his', 'her', 'their', 'someone', 'somebody', 'ceo'],
  ...['employer s', 'recipient', 'invitee', 'guest', 'plus one'],
  ...['gerente', 'chefe', 'gestor', 'cônjuge', 'esposo', 'esposa', 'marido', 'parceiro', 'parceira', 'emergência'],
  ...['referência', 'indicação', 'indicou', 'amigo', 'amiga', 'amigos', 'colega', 'contador', 'advogado', 'mãe', 'pai'],
  ...[
    'filho',
    'filha',
    'responsável legal',
    'jefe',
    'jefa',
    'cónyuge',
    'pareja',
    'emergencia',
    'referencia',
    'referido',
  ],
  ...[
    'recomendó',
    'madre',
    'padre',
    'hijo',
    'hija',
    'abogado',
    'supérieur',
    'conjoint',
    'conjointe',
    'époux',
    'épouse',
  ],
  ...['mari', 'votre femme', 'partenaire', 'urgence', 'parrain', 'parrainage', 'référent', 'recommandé', 'ami', 'amie'],
  ...['collègue', 'comptable', 'avocat', 'mère', 'père', 'enfant', 'enfants', 'Vorgesetzter', 'Vorgesetzten', 'Chef'],
  ...['Chefs', 'Ehepartner', 'Ehepartners', 'Ehemann', 'Ehemanns', 'Ehefrau', 'Partnerin', 'Notfall'],
  ...['Notfallkontakt', 'Notfallkontakts', 'Referenz', 'Empfehlung', 'Empfehlers', 'Freund', 'Freundes', 'Freundin'],
  ...['Kollege', 'Kollegen', 'Kollegin', 'Steuerberater', 'Mutter', 'Vater', 'Eltern', 'Kind', 'Kindes', 'Kinder'],
];

/** E-mail addresses and numbers of the client which serve something else: used only when there is no better one. */
export const SECONDARY: readonly string[] = [
  ...['billing', 'invoice', 'invoices', 'invoicing', 'accounting', 'finance', 'alternative', 'alternate', 'secondary'],
  ...['second', 'backup', 'other', 'additional', 'support', 'recovery', 'faturamento', 'cobrança', 'alternativo'],
  ...['secundário', 'facturación', 'secundario', 'facturation', 'secondaire', 'Rechnung', 'Rechnungen'],
];

/** Things and animals that have a name: a title which speaks of one of them asks for no person's name. */
export const NAMED_THINGS: readonly string[] = [
  ...['company', 'business', 'organisation', 'organization', 'brand', 'product', 'project', 'event', 'file', 'team'],
  ...[
    'domain',
    'website',
    'app',
    'bank',
    'school',
    'course',
    'pet',
    'pets',
    'dog',
    'cat',
    'venue',
    'hotel',
    'username',
  ],
  ...[
    'empresa',
    'marca',
    'produto',
    'producto',
    'projeto',
    'proyecto',
    'evento',
    'arquivo',
    'archivo',
    'cachorro',
    'perro',
  ],
  ...[
    'gato',
    'mascota',
    'entreprise',
    'société',
    'marque',
    'produit',
    'projet',
    'événement',
    'fichier',
    'chien',
    'chat',
  ],
  ...['Firma', 'Unternehmen', 'Marke', 'Produkt', 'Projekt', 'Veranstaltung', 'Datei', 'Hund', 'Katze', 'Haustier'],
];
