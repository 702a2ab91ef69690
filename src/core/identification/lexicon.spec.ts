import { lexiconOf } from './lexicon';
import { clausesOf, COMMA, SLASH, wordsOf } from './title-text';
import { english } from './vocabulary/english';
import { french } from './vocabulary/french';
import { german } from './vocabulary/german';
import { portuguese } from './vocabulary/portuguese';
import { spanish } from './vocabulary/spanish';
import { LANGUAGES, type Vocabulary } from './vocabulary/vocabulary';

/** The words of a phrase when it is asked as a question. */
const asTitle = (phrase: string): string[] =>
  clausesOf(phrase).flatMap(({ words }) => words.filter((word) => word !== COMMA && word !== SLASH));

const phrasesIn = (part: Vocabulary | Record<string, string>): string[] =>
  Object.values(part).flatMap((list: string | Record<string, string>) =>
    typeof list === 'string' ? list.split(',') : phrasesIn(list),
  );

describe('the lexicons', () => {
  it.each(Object.entries({ english, french, german, portuguese, spanish }))(
    'the phrases of %s have the words that they have in a title',
    (_name, vocabulary) => {
      const phrases = phrasesIn(vocabulary);
      expect(phrases.length).toBeGreaterThan(500);
      expect(phrases.map(wordsOf)).toEqual(phrases.map(asTitle));
    },
  );

  it.each([
    'E mail',
    'e-mails',
    'Mr. Smith',
    'Nº',
    'client/customer',
    "parents' phone",
    'amigo(a)',
    '½ name',
    'first_name',
  ])('so has %s, which has other spellings', (phrase) => {
    expect(wordsOf(phrase)).toEqual(asTitle(phrase));
  });

  it.each(LANGUAGES)('%s is compiled once', (language) => {
    expect(lexiconOf(language)).toBe(lexiconOf(language));
    expect(lexiconOf(language).language).toBe(language);
  });
});
