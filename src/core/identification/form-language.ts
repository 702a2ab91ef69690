/** Which languages a form is written in: words count only in the languages of their form. */
import { knows, lexiconOf } from './lexicon';
import type { Title } from './title-text';
import { type Language, LANGUAGES } from './vocabulary/vocabulary';

/** Letters and marks that only one of the five languages uses. */
const SIGNS: readonly [RegExp, Language, number][] = [
  [/[¿¡ñ]/i, 'es', 2],
  [/[ãõ]/i, 'pt', 2],
  [/[äöüß]/i, 'de', 1],
  [/[èêœùû]/i, 'fr', 1],
];
/** The most words considered: as many as a long form's titles have. */
const MAX_WORDS = 1200;
const MAX_TITLE = 400;
/** A language with at least this share of the best language's evidence counts as a language of the form, too. */
const SHARE = 0.75;

export interface FormLanguages {
  /** Most likely first; all five when there is no evidence. */
  languages: readonly Language[];
  /** The most likely language, or null when there is no evidence or a tie. */
  main: Language | null;
}

/** Weighs the words of all titles: a word found in fewer languages weighs more. */
export function detectLanguages(titles: readonly Title[]): FormLanguages {
  const weight: Record<Language, number> = { en: 0, pt: 0, es: 0, fr: 0, de: 0 };
  const seen = new Set<string>();
  for (const { text, clauses } of titles) {
    for (const [sign, language, evidence] of SIGNS)
      if (sign.test(text.slice(0, MAX_TITLE))) weight[language] += evidence;
    for (const word of clauses.flatMap(({ words }) => words)) {
      if (seen.size >= MAX_WORDS) break;
      if (word.length < 2 || seen.has(word)) continue;
      seen.add(word);
      const of = LANGUAGES.filter((language) => knows(lexiconOf(language), word));
      for (const language of of) weight[language] += 1 / (of.length * of.length);
    }
  }
  const ranked = [...LANGUAGES].sort((a, b) => weight[b] - weight[a]);
  const [first, second] = ranked;
  const most = first ? weight[first] : 0;
  if (!first || !second || most === 0) return { languages: LANGUAGES, main: null };
  const languages = ranked.filter((language) => weight[language] >= most * SHARE);
  return { languages, main: weight[second] < most ? first : null };
}
