/** How much of a form is read: a bound on the work that its titles and names can cost. Pure. */
import type { Reading } from './reading';
import { readName } from './title-reading';
import { type Title, titleOf } from './title-text';
import type { Language } from './vocabulary/vocabulary';

/** More than twice the words of a long form: a hundred questions have some 1,200. */
const MAX_WORDS = 3_000;
/** A title costs its words, and at least this share of its characters. */
const CHARACTERS_PER_WORD = 8;
const UNREAD: Title = { text: '', clauses: [] };

/** Reads titles and names until a form has had its share; what follows counts as empty, so that its type alone decides. */
export class ReadingAllowance {
  private titleWords = MAX_WORDS;
  private nameWords = MAX_WORDS;

  title(raw: string | null): Title {
    if (this.titleWords <= 0 || !raw) return UNREAD;
    const title = titleOf(raw);
    const words = title.clauses.reduce((count, clause) => count + clause.words.length, 0);
    this.titleWords -= Math.max(words, title.text.length / CHARACTERS_PER_WORD);
    return title;
  }

  /** A question's ref or the name of a hidden field. */
  name(raw: string, languages: readonly Language[]): Reading | null {
    if (this.nameWords <= 0) return null;
    this.nameWords -= wordsIn(raw);
    return readName(raw, languages);
  }
}

/** About how many words a machine name has: parts between signs, and capitals inside them. */
function wordsIn(name: string): number {
  const starts = name.slice(0, 200).match(/(?<![\p{Letter}\p{Number}])[\p{Letter}\p{Number}]|\p{Uppercase}|\d+/gu);
  return Math.max(starts?.length ?? 0, Math.min(name.length, 200) / CHARACTERS_PER_WORD);
}
