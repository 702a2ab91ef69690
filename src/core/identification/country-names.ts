/** The country that an answer names. */
import { type CountryCode, getCountries } from 'libphonenumber-js/max';
import { fold } from './title-text';
import { LANGUAGES } from './vocabulary/vocabulary';

const MAX_NAME_LENGTH = 100;

/** What else people write than `Intl` and the codes of two letters. */
const MORE_NAMES: Readonly<Record<string, CountryCode>> = {
  usa: 'US',
  us: 'US',
  america: 'US',
  'united states of america': 'US',
  'u s': 'US',
  'u s a': 'US',
  eeuu: 'US',
  'ee uu': 'US',
  eua: 'US',
  uk: 'GB',
  'great britain': 'GB',
  england: 'GB',
  scotland: 'GB',
  wales: 'GB',
  'northern ireland': 'GB',
  brasil: 'BR',
  deutschland: 'DE',
  espana: 'ES',
  schweiz: 'CH',
  suisse: 'CH',
  holland: 'NL',
  'republic of ireland': 'IE',
  'czech republic': 'CZ',
  turkey: 'TR',
  uae: 'AE',
  korea: 'KR',
  'south korea': 'KR',
  russia: 'RU',
  osterreich: 'AT',
  'u k': 'GB',
  eire: 'IE',
  'u a e': 'AE',
  emirates: 'AE',
  ksa: 'SA',
  'ivory coast': 'CI',
  'republic of korea': 'KR',
  'hong kong': 'HK',
  macau: 'MO',
  macao: 'MO',
  bosnia: 'BA',
  palestine: 'PS',
  burma: 'MM',
  'viet nam': 'VN',
  'cape verde': 'CV',
  macedonia: 'MK',
  drc: 'CD',
  rsa: 'ZA',
  roi: 'IE',
  prc: 'CN',
  brd: 'DE',
  'bundesrepublik deutschland': 'DE',
  britain: 'GB',
  inglaterra: 'GB',
  angleterre: 'GB',
  'grande bretagne': 'GB',
  'gran bretana': 'GB',
  'gra bretanha': 'GB',
  'united kingdom of great britain and northern ireland': 'GB',
  states: 'US',
  'estados unidos de america': 'US',
  'etats unis d amerique': 'US',
  'france metropolitaine': 'FR',
  'russian federation': 'RU',
  'rep of ireland': 'IE',
  gbr: 'GB',
  deu: 'DE',
  fra: 'FR',
  esp: 'ES',
  prt: 'PT',
  bra: 'BR',
  mex: 'MX',
  aus: 'AU',
  can: 'CA',
  irl: 'IE',
  nzl: 'NZ',
  che: 'CH',
  aut: 'AT',
};

/** Languages, besides those that are read, whose speakers name their own country in them. */
const NATIVE_LANGUAGES = 'nl it pl sv da nb fi tr cs sk hu ro el bg hr uk ru he ar fa hi th vi id ms ja ko zh'.split(
  ' ',
);

/** Made when it is first asked for: it takes some 30 ms. */
let byName: ReadonlyMap<string, CountryCode> | null = null;

/**
 * The country that an answer names, in any of the five languages or its own, or as its ISO code; null when it names none, or several. Of
 * "London, UK" or "United Kingdom (+44)", the part that is a country; an ISO code counts only alone: behind a city, "CA" is a state, and so is
 * "Georgia".
 */
export function countryOf(text: string): CountryCode | null {
  const names = (byName ??= countryNames());
  const whole = names.get(plainName(text));
  if (whole) return whole;
  const parts = text
    .slice(0, MAX_NAME_LENGTH)
    .split(/[,;()/&|–]|\s-\s/)
    .flatMap((part) => {
      const name = plainName(part);
      return (name.length > 2 && name !== 'georgia') || name === 'uk' || name === 'us' ? (names.get(name) ?? []) : [];
    });
  const [country, another] = new Set(parts);
  return country && !another ? country : null;
}

function countryNames(): Map<string, CountryCode> {
  const names = new Map<string, CountryCode>(Object.entries(MORE_NAMES));
  const add = (name: string | undefined, country: CountryCode): void => {
    if (name !== undefined && !names.has(name)) names.set(name, country);
  };
  const speaking = new Map<string, CountryCode[]>();
  for (const country of getCountries()) {
    add(country.toLowerCase(), country);
    const { language } = new Intl.Locale('und', { region: country }).maximize();
    speaking.set(language, [...(speaking.get(language) ?? []), country]);
  }
  const nameIn = (language: string, countries: readonly CountryCode[]): void => {
    const display = new Intl.DisplayNames([language], { type: 'region' });
    for (const country of countries) {
      const name = display.of(country);
      add(name && plainName(name), country);
    }
  };
  for (const language of LANGUAGES) nameIn(language, getCountries());
  for (const language of NATIVE_LANGUAGES) nameIn(language, speaking.get(language) ?? []);
  return names;
}

/** The words of a name, without its article: "The Netherlands", "La France". */
export function plainName(text: string): string {
  return fold(text.slice(0, MAX_NAME_LENGTH))
    .replace(/[^\p{Letter}]+/gu, ' ')
    .trim()
    .replace(/^(?:the|la|le|les|el|los|die) /, '');
}
