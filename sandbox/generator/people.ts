import type { Language } from '../model';
import type { Random } from '../random';

/** Invented people. Accents, particles, hyphens and apostrophes are deliberate: they are what breaks parsers. */
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
/** Enough of them that people of a load test rarely share a number. */
const AREA_CODES = `
  201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 224 225 228 229 231 234 239 240 248
  251 252 253 254 256 260 262 267 269 270 276 281 301 302 303 304 305 307 308 309 310 312 313 314 315 316
  317 318 319 320 321 323 325 330 334 336 337 339 347 351 352 360 361 386 401 402 404 405 406 407 408 409
  410 412 413 414 415 417 419 423 425 432 434 435 440 443 469 478 479 480 501 502 503 504 505 507 508 509
  510 512 513 515 516 517 518 520 530 540 541 559 561 562 563 570 571 573 574 580 585 601 602 603 605 606
  607 608 609 610 612 614 615 616 617 618 619 620 623 626 630 631 636 641 646 650 651 660 661 662 678 701
  702 703 704 706 707 708 712 713 714 715 716 717 718 719 720
`
  .trim()
  .split(/\s+/);

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
