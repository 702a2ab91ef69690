import { isUtf8 } from 'node:buffer';
import { ParseError, ParseErrorCode, parse } from 'jsonc-parser';
import { DomainError } from '../core/problem';

const WRONG: Record<ParseErrorCode, string> = {
  [ParseErrorCode.InvalidSymbol]: 'there is an unknown word',
  [ParseErrorCode.InvalidNumberFormat]: 'a number is malformed',
  [ParseErrorCode.PropertyNameExpected]: 'a name in double quotes is missing',
  [ParseErrorCode.ValueExpected]: 'a value is missing',
  [ParseErrorCode.ColonExpected]: 'a colon is missing',
  [ParseErrorCode.CommaExpected]: 'a comma is missing',
  [ParseErrorCode.CloseBraceExpected]: 'a } is missing',
  [ParseErrorCode.CloseBracketExpected]: 'a ] is missing',
  [ParseErrorCode.EndOfFileExpected]: 'something follows after its end',
  [ParseErrorCode.InvalidCommentToken]: 'there is a comment',
  [ParseErrorCode.UnexpectedEndOfComment]: 'there is a comment',
  [ParseErrorCode.UnexpectedEndOfString]: 'a text has no closing quotes',
  [ParseErrorCode.UnexpectedEndOfNumber]: 'a number is malformed',
  [ParseErrorCode.InvalidUnicode]: 'a \\u escape is malformed',
  [ParseErrorCode.InvalidEscapeCharacter]: 'there is an unknown escape',
  [ParseErrorCode.InvalidCharacter]: 'there is a control character',
};

/** Reads a JSON body. Throws `bad_request` that says where it stops being JSON, without quoting it. */
export function parseJsonBody(body: Buffer): unknown {
  // Invalid UTF-8 would be stored as something other than what was sent.
  if (!isUtf8(body)) throw new DomainError('bad_request', 'the body is not valid UTF-8');
  const text = body.toString('utf8').replace(/^\uFEFF/, '');
  if (text.trim() === '')
    throw new DomainError(
      'bad_request',
      'the body is empty: send JSON, or leave out Content-Type if no body is needed',
    );
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new DomainError('bad_request', `the body is not JSON${whereItBreaks(text)}`, { cause });
  }
}

function whereItBreaks(text: string): string {
  const errors: ParseError[] = [];
  try {
    parse(text, errors, { disallowComments: true });
  } catch {
    // Nested too deeply for the parser that knows positions.
    return '';
  }
  const [first] = errors;
  if (!first) return '';
  const lines = text.slice(0, first.offset).split('\n');
  return `: ${WRONG[first.error]} at line ${lines.length}, column ${(lines.at(-1) ?? '').length + 1}`;
}
