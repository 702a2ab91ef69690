/** The country for reading national phone numbers, from the answers and titles of a submission. */
import type { Submission } from '../answers';
import type { Identifiers } from '../identifiers';
import {
  asCountry,
  COUNTRIES_OF,
  type CountryCode,
  countryOfPostalCode,
  countryOfState,
  FAVOURITES,
} from './countries';
import { countryOf } from './country-names';
import type { FormPlan } from './plan';
import { canonicalPhone, internationalNumber, type PhoneCountries } from './phone-values';

const MAX_NUMBER_LENGTH = 200;
/** So many other numbers are looked at. */
const MAX_NUMBERS = 20;

export interface PhoneSettings {
  /** The form's setting: takes precedence over the answers. */
  phoneCountry: string | null;
  /** The installation's (`DEFAULT_PHONE_COUNTRY`): considered after the answers, before the form's language. */
  defaultPhoneCountry?: string | null;
}

/**
 * The countries to read a national number in; `found` are the submission's other identifiers. The answers are asked only when
 * there is such a number.
 */
export function phoneCountries(
  submission: Submission,
  plan: FormPlan,
  found: Identifiers,
  settings: PhoneSettings,
): PhoneCountries {
  const { language, country: spoken } = plan;
  let known: readonly CountryCode[] | undefined;
  return {
    get told() {
      return (known ??= toldBy(submission, plan, found, settings));
    },
    get likely() {
      // Whoever names a country is there: a number that is none of its own stays as typed.
      const named = found.country && countryOf(found.country.value);
      return language && !named ? COUNTRIES_OF[language] : [];
    },
    favourites: language && !spoken ? FAVOURITES[language] : [],
    spoken,
  };
}

function toldBy(
  submission: Submission,
  { language }: FormPlan,
  found: Identifiers,
  settings: PhoneSettings,
): readonly CountryCode[] {
  return [
    asCountry(settings.phoneCountry),
    found.country ? countryOf(found.country.value) : null,
    found.postalCode ? countryOfPostalCode(found.postalCode.value, language) : null,
    found.state ? countryOfState(found.state.value, language) : null,
    countryOfOtherPhones(submission),
    asCountry(settings.defaultPhoneCountry),
  ].filter((country) => country !== null);
}

/** The country of the other numbers given with a country code, when they agree. */
function countryOfOtherPhones({ answers }: Submission): CountryCode | null {
  const countries = new Set<CountryCode>();
  let numbers = 0;
  for (const { type, value } of answers) {
    if ((type !== 'phone_number' && type !== 'text') || typeof value !== 'string') continue;
    // A long text is no number; looking at the blanks before one takes the square of their number.
    if (value.length > MAX_NUMBER_LENGTH || !/^\s*\(?\s*(?:\+|00)/.test(value)) continue;
    if (++numbers > MAX_NUMBERS) break;
    const number = canonicalPhone(value);
    const country = number === null ? undefined : internationalNumber(number)?.country;
    if (country) countries.add(country);
  }
  const [country] = countries;
  return countries.size === 1 && country ? country : null;
}
