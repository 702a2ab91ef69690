import { ONBOARDING_TEXTS, type OnboardingTexts } from '../forms/onboarding-texts';
import type { Language } from '../model';
import type { Person } from './people';

type Reader = (person: Person, language: Language) => string;

const fullName: Reader = ({ firstName, lastName }) => `${firstName} ${lastName}`;

const READERS: Partial<Record<keyof OnboardingTexts, Reader>> = {
  firstName: (person) => person.firstName,
  lastName: (person) => person.lastName,
  company: (person) => person.company,
  birthday: (person) => person.birthday,
  street: (person) => person.street,
  apartment: () => '2B',
  city: (person) => person.city,
  state: (person) => person.state,
  postalCode: (person) => person.postalCode,
  country: (_, language) => ONBOARDING_TEXTS[language].countryName,
};

/** Titles of the synthetic forms (any language) to what an invented person answers there. */
const BY_TITLE = new Map<string, Reader>([
  ...Object.values(ONBOARDING_TEXTS).flatMap((texts) =>
    Object.entries(READERS).map(([key, reader]): [string, Reader] => [texts[key as 'firstName'], reader]),
  ),
  ["What's your *full name*?", fullName],
  ['What is your name?', fullName],
  ['Full name', fullName],
  ['Company', (person) => person.company],
]);

/** What a person answers to a question about themselves; undefined when the title asks nothing of the kind. */
export function personalAnswer(title: string, person: Person, language: Language): string | undefined {
  return BY_TITLE.get(title)?.(person, language);
}
