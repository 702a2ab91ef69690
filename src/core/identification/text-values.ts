/** Values as text: one tidy line, and whether it is a real value and plausible for its question. */
import type { IdentifierKey } from '../identifiers';
import { storableText } from '../storable';
import { fold } from './title-text';

export const MAX_LENGTH = 500;
/** Invisible characters; joiners between letters belong to the spelling of names ("علی‌رضا"). */
const INVISIBLE =
  /[\u00AD\u200B\u200E\u200F\u202A-\u202E\u2060-\u2064\uFEFF]|(?<![\p{Letter}\p{Mark}])[\u200C\u200D]|[\u200C\u200D](?!\p{Letter})/gu;
/** Unfilled merge tags: `{{x}}`, `*|X|*`, `%%x%%` anywhere, others when they are the entire value. */
const MERGE_TAG =
  /\{\{|\*\||\|\*|%%|\[\[|\$\{|^%[\p{Letter}\d_. -]{1,60}%$|^\[[\p{Letter}\d_. -]{1,60}\]$|^~[\p{Letter}\d_. -]{1,60}~$|^<[\p{Letter}\d_. -]{1,60}>$|^\{[\p{Letter}\d_. -]{1,60}\}$|^#[\p{Letter}\d_.]{1,60}#$|^@[\p{Letter}\d_.]{1,60}@$/u;

/** Words of ASCII between single blanks: most values are such a line. */
const TIDY = /^[!-~]+(?: [!-~]+)*$/;

/** One trimmed line without invisible characters, bounded and storable. */
export function tidy(text: string): string {
  if (text.length <= MAX_LENGTH && TIDY.test(text)) return text;
  const line = text
    .slice(0, 4 * MAX_LENGTH)
    .replace(INVISIBLE, '')
    .replace(/[\p{Control}\s]+/gu, ' ')
    .trim();
  return storableText(line.slice(0, MAX_LENGTH)).trim();
}

/** Whether a value is a merge tag that was never filled in, or consists only of punctuation or of x's. */
export function isUnfilled(line: string): boolean {
  return line === '' || MERGE_TAG.test(line) || /^x{3,}$/i.test(line) || !/[\p{Letter}\p{Number}]/u.test(line);
}

/** Ways to say "none" in the five languages. */
const NOTHING = new Set(
  `none, n a, na, nil, nothing, not applicable, no, nope, null, undefined, unknown, not available, tbd, tba, i don t have one, i do not have one,
   don t have one, don t have, i don t know, no company, no name, not sure, same, same as above, prefer not to say it, empty, blank, n d, nd, x, xx, sem,
   nenhum, nenhuma, não tenho, não possuo, não se aplica, não sei, não há, não, nada, não tem, sem empresa, não informado, não aplicável,
   ninguno, ninguna, no tengo, no aplica, no sé, no hay, no procede, no poseo, sin correo, sin empresa, sin teléfono, no tiene, no dispongo,
   aucun, aucune, néant, non, rien, je n en ai pas, pas de, sans objet, sans, non applicable, non concerné, je ne sais pas, ras, pas encore, pas d entreprise,
   keine, keiner, keines, kein, nein, nichts, nicht vorhanden, habe ich nicht, hab ich nicht, entfällt, unbekannt, weiß nicht, nicht zutreffend, keine angabe, ohne, k a, trifft nicht zu, noch keine, noch keiner`
    .split(',')
    .map(plainWords),
);
/** These may also be surnames when written as a name. */
const SURNAMES = new Set([
  'Null',
  'NULL',
  'Na',
  'NA',
  'None',
  'No',
  'Nil',
  'Sem',
  'Non',
  'Nada',
  'Same',
  'Blank',
  'Nein',
  'Ras',
  'Kein',
  'Ohne',
  'Keine',
]);
const YES_OR_NO = new Set([
  'yes',
  'no',
  'sim',
  'nao',
  'si',
  'oui',
  'non',
  'ja',
  'nein',
  'true',
  'false',
  'ok',
  'y',
  'n',
]);

/** Whether a value means "none". */
export function isNothing(line: string): boolean {
  return saysNothing(line, plainWords(line));
}

function saysNothing(line: string, plain: string): boolean {
  return line.length <= 40 && NOTHING.has(plain);
}

function plainWords(text: string): string {
  return fold(text)
    .replace(/[^\p{Letter}\p{Number}]+/gu, ' ')
    .trim();
}

/** What people without a company write when asked for one. */
const NO_COMPANY = new Set(
  `retired, unemployed, student, self employed, selfemployed, homemaker, freelance, freelancer, individual, private, personal, aposentado, aposentada, desempregado,
   desempregada, autônomo, autônoma, estudante, jubilado, jubilada, desempleado, desempleada, autónomo, autónoma, estudiante, retraité, retraitée, sans emploi,
   indépendant, indépendante, étudiant, étudiante, particulier, rentner, rentnerin, arbeitslos, selbständig, selbstständig, freiberuflich, privat, privatperson, schüler, schülerin`
    .split(',')
    .map(plainWords),
);

/** Marks of a sentence about a company rather than its name. */
const TELLS = /[.!?]\s|[!?]$|^(?:we|our|i|it|they|nós|nosotros|somos|nous|on|wir|ich|es|je|eu|yo)\s/i;

/** Whether a guessed value is plausible for its key; not applied to mapped values or those that Typeform validated. */
export function isPlausible(key: IdentifierKey, line: string, questionType: string | null): boolean {
  if (isUnfilled(line)) return false;
  const plain = plainWords(line);
  const surname = (key === 'lastName' || key === 'firstName') && SURNAMES.has(line);
  if (!surname && (saysNothing(line, plain) || YES_OR_NO.has(plain))) return false;
  const words = line.split(' ').length;
  const story = questionType === 'long_text';
  switch (key) {
    case 'email':
    case 'phone':
    case 'birthday':
      return true;
    case 'fullName':
    case 'firstName':
    case 'lastName':
      return line.length <= 100 && words <= (story ? 6 : 12) && looksLikeName(line);
    case 'company':
      return (
        !NO_COMPANY.has(plain) &&
        line.length <= 150 &&
        words <= (story ? 6 : 14) &&
        !isAddressOfNet(line) &&
        !(story && TELLS.test(line))
      );
    case 'postalCode':
      return line.length <= 12 && /\d/.test(line) && /^[\p{Letter}\d .-]+$/u.test(line);
    case 'addressLine1':
    case 'addressLine2':
      return !isAddressOfNet(line);
    case 'gender':
    case 'country':
      return line.length <= 80 && words <= 8 && hasLetter(line) && !/\d/.test(line) && !isAddressOfNet(line);
    case 'city':
    case 'state':
      return line.length <= 80 && words <= 8 && hasLetter(line) && !isAddressOfNet(line);
  }
}

/** Letters, few digits ("test1", "Smith 3rd"), nothing of an address or a program. */
function looksLikeName(line: string): boolean {
  const digits = line.replace(/\D/g, '').length;
  return hasLetter(line) && digits <= 3 && !isAddressOfNet(line) && !/[<>{}=?]/.test(line);
}

function hasLetter(line: string): boolean {
  return /\p{Letter}/u.test(line);
}

/** An e-mail address or link in answer to a different question. */
function isAddressOfNet(line: string): boolean {
  return line.includes('@') || line.includes('://') || /(?:^|\s)www\./i.test(line);
}
