/** What an answer tells about a person's country, besides its name; the countries of a language, and their numbers. */
import { type CountryCode, getCountries } from 'libphonenumber-js/max';
import { plainName } from './country-names';
import type { Language } from './vocabulary/vocabulary';

export type { CountryCode } from 'libphonenumber-js/max';

/** Whether an admin's setting is a country that phone numbers can be read in. */
export function asCountry(code: string | null | undefined): CountryCode | null {
  if (!code) return null;
  const upper = code.toUpperCase();
  return getCountries().find((country) => country === upper) ?? null;
}

/** Postal code formats unique to one country. */
const POSTAL_SHAPES: readonly [RegExp, CountryCode][] = [
  [/^\d{5}-\d{3}$/, 'BR'],
  [/^\d{4}-\d{3}$/, 'PT'],
  [/^\d{5}-\d{4}$/, 'US'],
  [/^[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}$/i, 'GB'],
  [/^[a-z]\d[a-z][ -]?\d[a-z]\d$/i, 'CA'],
  [/^(?:[a-z]\d{2}|d6w) ?[a-z\d]{4}$/i, 'IE'],
  [/^\d{4} ?[a-z]{2}$/i, 'NL'],
];
/** Formats shared by several countries: decided by the form's language when one of its countries has the format. */
const POSTAL_BY_LANGUAGE: Readonly<Record<Language, readonly [RegExp, CountryCode][]>> = {
  en: [
    [/^\d{5}$/, 'US'],
    [/^\d{3} ?\d{3}$/, 'IN'],
  ],
  pt: [
    [/^\d{8}$/, 'BR'],
    [/^\d{5}$/, 'BR'],
    [/^\d{4}$/, 'PT'],
  ],
  es: [
    [/^\d{6}$/, 'CO'],
    [/^\d{7}$/, 'CL'],
  ],
  fr: [[/^\d{5}$/, 'FR']],
  de: [[/^(?:d-)?\d{5}$/i, 'DE']],
};

/** The country that a postal code's format implies, or null. */
export function countryOfPostalCode(code: string, language: Language | null): CountryCode | null {
  const shapes = [...POSTAL_SHAPES, ...(language ? POSTAL_BY_LANGUAGE[language] : [])];
  return shapes.find(([shape]) => shape.test(code.trim()))?.[1] ?? null;
}

const US_STATES = new Set(
  'AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC'.split(
    ' ',
  ),
);
const US_STATE_NAMES = new Set(
  `alabama alaska arizona arkansas california colorado connecticut delaware florida hawaii idaho illinois indiana iowa kansas kentucky louisiana maine
   maryland massachusetts michigan minnesota mississippi missouri montana nebraska nevada newhampshire newjersey newmexico newyork northcarolina northdakota
   ohio oklahoma oregon pennsylvania rhodeisland southcarolina southdakota tennessee texas utah vermont virginia washington westvirginia wisconsin wyoming`.split(
    /\s+/,
  ),
);
const BR_STATES = new Set(
  'AC AL AP AM BA CE DF ES GO MA MT MS MG PA PB PR PE PI RJ RN RS RO RR SC SP SE TO'.split(' '),
);

/** The first that has a code: WA is Washington, not Western Australia. NT is left out, since Canada and Australia both have one. */
const STATES: readonly [CountryCode, ReadonlySet<string>][] = [
  ['US', new Set([...US_STATES, ...US_STATE_NAMES])],
  [
    'CA',
    new Set(
      `AB BC MB NB NL NS NU ON PE QC SK YT alberta britishcolumbia manitoba newbrunswick newfoundland newfoundlandandlabrador novascotia ontario
       princeedwardisland quebec saskatchewan yukon northwestterritories nunavut`.split(/\s+/),
    ),
  ],
  [
    'AU',
    new Set(
      'NSW VIC QLD TAS ACT newsouthwales victoria queensland tasmania southaustralia westernaustralia northernterritory australiancapitalterritory'.split(
        ' ',
      ),
    ),
  ],
];

/** The country whose state an answer names, in a form of that language. */
export function countryOfState(state: string, language: Language | null): CountryCode | null {
  const code = state.trim().toUpperCase();
  if (language === 'pt') return BR_STATES.has(code) ? 'BR' : null;
  if (language !== 'en' && language !== 'fr') return null;
  const name = plainName(state).replace(/ /g, '');
  const [country] = STATES.find(([, states]) => states.has(code) || states.has(name)) ?? [];
  return country && (language === 'en' || country === 'CA') ? country : null;
}

/** Countries of a language whose numbers are likely in a form of it. */
export const COUNTRIES_OF: Readonly<Record<Language, readonly CountryCode[]>> = {
  en: ['US', 'CA', 'GB', 'AU', 'IE', 'NZ', 'ZA', 'IN', 'NG', 'KE', 'SG', 'PK', 'PH', 'GH'],
  pt: ['BR', 'PT', 'AO', 'MZ'],
  es: ['ES', 'MX', 'CO', 'AR', 'PE', 'CL', 'EC', 'VE', 'GT', 'CR', 'UY', 'BO', 'DO', 'SV', 'HN', 'NI', 'PA', 'PY'],
  fr: ['FR', 'BE', 'CH', 'CA', 'LU', 'MA', 'DZ', 'TN', 'SN', 'CI'],
  de: ['DE', 'AT', 'CH', 'LU'],
};

/** The typical grouping of a national number, as typed: a cheap test before the library's exact one. */
export const NATIONAL_SHAPES: Readonly<Partial<Record<CountryCode, RegExp>>> = {
  US: /^1?[2-9]\d{9}$/,
  CA: /^1?[2-9]\d{9}$/,
  DO: /^1?8[024]9\d{7}$/,
  GB: /^0[1-9]\d{8,9}$/,
  AU: /^(?:0[2-8]\d{8}|1[38]00\d{6})$/,
  IE: /^0\d{7,9}$/,
  NZ: /^0\d{8,10}$/,
  ZA: /^0[1-8]\d{8}$/,
  IN: /^0?[6-9]\d{9}$/,
  NG: /^0[7-9][01]\d{8}$/,
  KE: /^0[17]\d{8}$/,
  SG: /^[3689]\d{7}$/,
  PK: /^0[2-9]\d{8,9}$/,
  PH: /^0[2-9]\d{8,9}$/,
  GH: /^0[235]\d{8}$/,
  BR: /^0?[1-9]\d{9,10}$/,
  PT: /^[239]\d{8}$/,
  AO: /^[29]\d{8}$/,
  MZ: /^8\d{8}$/,
  ES: /^[6-9]\d{8}$/,
  MX: /^[2-9]\d{9}$/,
  CO: /^[36]\d{9}$/,
  AR: /^0?\d{10,12}$/,
  PE: /^(?:9\d{8}|0?[1-8]\d{7})$/,
  CL: /^[2-9]\d{8}$/,
  EC: /^0[2-9]\d{7,8}$/,
  VE: /^0[24]\d{9}$/,
  GT: /^[2-7]\d{7}$/,
  CR: /^[24-8]\d{7}$/,
  UY: /^(?:0?9\d{7}|[24]\d{7})$/,
  BO: /^[2-467]\d{7}$/,
  SV: /^[267]\d{7}$/,
  HN: /^[2-9]\d{7}$/,
  NI: /^[2578]\d{7}$/,
  PA: /^(?:6\d{7}|[2-9]\d{6})$/,
  PY: /^0\d{8,9}$/,
  FR: /^0[1-9]\d{8}$/,
  BE: /^0\d{8,9}$/,
  CH: /^0\d{9}$/,
  LU: /^[2-9]\d{5,8}$/,
  MA: /^0[5-8]\d{8}$/,
  DZ: /^0[2-7]\d{7,8}$/,
  TN: /^[2-57-9]\d{7}$/,
  SN: /^[37]\d{8}$/,
  CI: /^[02]\d{9}$/,
  DE: /^0[1-9]\d{5,12}$/,
  AT: /^0[1-9]\d{6,12}$/,
};

/** Where a form of a language most often comes from; Spanish has too many countries for one to be assumed. */
export const FAVOURITES: Readonly<Record<Language, readonly CountryCode[]>> = {
  en: ['US', 'GB'],
  pt: ['BR', 'PT'],
  es: [],
  fr: ['FR'],
  de: ['DE'],
};

/** Words in titles that are typical of one country. */
const COUNTRY_WORDS: readonly [CountryCode, readonly string[]][] = [
  ['BR', ['celular', 'cpf', 'cnpj', 'cep', 'voce', 'cadastro', 'endereco', 'uf', 'bairro', 'ddd']],
  ['PT', ['telemovel', 'morada', 'nif', 'contacto', 'utilizador', 'freguesia', 'concelho', 'encarregado']],
  ['ES', ['dni', 'nif', 'cif', 'movil', 'comunidad', 'vuestro', 'vuestra', 'bizum']],
  ['CO', ['cedula', 'acudiente', 'nit', 'eps', 'vereda', 'sisben']],
  ['MX', ['rfc', 'curp', 'colonia', 'cdmx', 'delegacion']],
  ['AR', ['cuit', 'cuil', 'contanos', 'decinos', 'vos', 'dejanos', 'monotributo']],
  ['CL', ['rut', 'comuna']],
  ['PE', ['ruc', 'distrito']],
];

/** The one country whose words occur in the titles, or null when there is none or several. */
export function countryOfWords(words: ReadonlySet<string>, language: Language): CountryCode | null {
  const told = COUNTRY_WORDS.filter(([country]) => COUNTRIES_OF[language].includes(country))
    .map(([country, list]) => ({ country, hits: list.filter((word) => words.has(word)).length }))
    .filter(({ hits }) => hits > 0)
    .sort((a, b) => b.hits - a.hits);
  const [first, second] = told;
  return first && (!second || second.hits < first.hits) ? first.country : null;
}
