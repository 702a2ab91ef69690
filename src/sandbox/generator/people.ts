import type { Language } from '../model';
import type { Random } from '../random';

/** Invented people. Accents, particles, hyphens and apostrophes are there on purpose: they are what breaks parsers. */
const PEOPLE: Record<
  Language,
  { first: string[]; last: string[]; cities: [city: string, state: string, zip: string][] }
> = {
  en: {
    first: ['Grace', 'Oliver', 'Zoë', 'Mary Ann', 'Liam', 'Charlotte', "D'Arcy", 'Noah'],
    last: ["O'Brien", 'Smith-Jones', 'McAllister', 'Nguyen', 'Okafor', 'van der Berg', 'Lee', 'Fitzgerald'],
    cities: [
      ['Springfield', 'Illinois', '62701'],
      ['Portland', 'Oregon', '97201'],
    ],
  },
  pt: {
    first: ['João', 'Conceição', 'Luís', 'Inês', 'Simão', 'Maria José', 'Antônio', 'Mónica'],
    last: ['da Silva', 'dos Santos Araújo', 'Gonçalves', 'Magalhães', 'Sá', 'Brandão e Mello', 'Assunção', 'Peçanha'],
    cities: [
      ['São Paulo', 'SP', '01310-100'],
      ['Évora', 'Alentejo', '7000-500'],
    ],
  },
  es: {
    first: ['Begoña', 'José Luis', 'Íñigo', 'Sofía', 'María del Carmen', 'Andrés', 'Lucía', 'Álvaro'],
    last: ['Muñoz Peña', 'de la Fuente', 'Ibáñez', 'Núñez Ortiz', 'García y Vega', 'López', 'Agüero', 'Echeverría'],
    cities: [
      ['Cádiz', 'Andalucía', '11001'],
      ['A Coruña', 'Galicia', '15001'],
    ],
  },
  fr: {
    first: ['Chloé', 'Jean-François', 'Anaïs', 'Benoît', 'Maëlle', 'Françoise', 'Loïc', 'Hélène'],
    last: ["d'Aubigné", 'Lefèvre', 'de La Tour', 'Noël', 'Saint-Exupéry', "L'Hôte", 'Garçon', 'Brûlé'],
    cities: [
      ['Besançon', 'Bourgogne-Franche-Comté', '25000'],
      ['Orléans', 'Centre-Val de Loire', '45000'],
    ],
  },
  de: {
    first: ['Jürgen', 'Anna-Lena', 'Björn', 'Käthe', 'Maximilian', 'Grète', 'Sören', 'Jörg'],
    last: ['Müller-Lüdenscheidt', 'von der Heide', 'Weiß', 'Schröder', 'Größer', 'zu Löwenstein', 'Jäger', 'Strauß'],
    cities: [
      ['Köln', 'Nordrhein-Westfalen', '50667'],
      ['München', 'Bayern', '80331'],
    ],
  },
};

const COMPANIES = [
  'Acme Example Ltd',
  'Beispiel & Söhne GmbH',
  'Exemple <Conseil> SARL',
  'Ejemplo "Norte" S.L.',
  'Exemplo Lda',
];
const AREA_CODES = ['202', '212', '305', '312', '415', '503', '617', '702'];

export interface Person {
  firstName: string;
  lastName: string;
  email: string;
  phone: string;
  company: string;
  website: string;
  birthday: string;
  street: string;
  city: string;
  state: string;
  postalCode: string;
}

/** An invented person of a language: example.com e-mail, a number of the block reserved for fiction (555-0100 to 555-0199). */
export function inventPerson(random: Random, language: Language): Person {
  const { first, last, cities } = PEOPLE[language];
  const firstName = random.pick(first);
  const lastName = random.pick(last);
  const [city, state, postalCode] = random.pick(cities);
  const company = random.pick(COMPANIES);
  return {
    firstName,
    lastName,
    email: `${slug(firstName)}.${slug(lastName)}.${random.integer(1000, 999_999)}@example.com`,
    phone: `+1${random.pick(AREA_CODES)}55501${String(random.integer(0, 99)).padStart(2, '0')}`,
    company,
    website: `https://${slug(company)}.example.com/?from=form&lang=${language}`,
    birthday: [
      random.integer(1950, 2004),
      String(random.integer(1, 12)).padStart(2, '0'),
      String(random.integer(1, 28)).padStart(2, '0'),
    ].join('-'),
    street: `${random.integer(1, 250)} Example Street`,
    city,
    state,
    postalCode,
  };
}

/** Lower-case ASCII letters only: `Müller-Lüdenscheidt` becomes `mullerludenscheidt`. */
function slug(text: string): string {
  return text
    .replaceAll('ß', 'ss')
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z]/g, '');
}
