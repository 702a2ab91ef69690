/** Findings of class-validator in words for people: one for each field. */
import { getMetadataStorage, ValidationError } from 'class-validator';
import { distance } from 'fastest-levenshtein';
import { counted } from '../core/counted';
import type { ValidationIssue } from '../core/problem';

const MAX_SHOWN_NAME = 60;

/** The library's words, and plainer ones. */
const PLAINER: readonly [RegExp, string | ((...match: string[]) => string)][] = [
  [/must be a string$/, 'must be text'],
  [/must be an integer number$/, 'must be a whole number'],
  [/must be a boolean value$/, 'must be true or false'],
  [/must be an array$/, 'must be a list'],
  [
    /must be longer than or equal to (\d+) and shorter than or equal to (\d+) characters$/,
    'must have $1 to $2 characters',
  ],
  [
    /must be longer than or equal to (\d+) characters$/,
    (_, least) => `must have at least ${counted(Number(least), 'character')}`,
  ],
  [
    /must be shorter than or equal to (\d+) characters$/,
    (_, most) => `must have at most ${counted(Number(most), 'character')}`,
  ],
  [/must not be less than (\S+)$/, 'must be at least $1'],
  [/must not be greater than (\S+)$/, 'must be at most $1'],
  [/must be one of the following values: /, 'must be one of '],
  [/must contain at least (\d+) elements$/, (_, least) => `must have at least ${counted(Number(least), 'item')}`],
  [/must contain no more than (\d+) elements$/, (_, most) => `must have at most ${counted(Number(most), 'item')}`],
  [/should not be empty$/, 'must not be empty'],
];

/** All findings, each with the path of its field. */
export function toIssues(errors: readonly ValidationError[], parent = ''): ValidationIssue[] {
  return errors.flatMap((error) => {
    const path = joined(parent, error.property);
    const message = messageOf(error);
    return message === null ? toIssues(error.children ?? [], path) : [{ path, message }];
  });
}

/**
 * Fields named like properties that every object has. class-transformer drops them without a word, so a body with nothing else
 * would count as an empty one.
 */
export function reservedFields(value: unknown, parent = ''): ValidationIssue[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.keys(value).flatMap((name) => {
    const path = joined(parent, name);
    if (name === '__proto__' || name === 'constructor') return [{ path, message: `unknown field ${name}` }];
    return reservedFields((value as Record<string, unknown>)[name], path);
  });
}

function joined(parent: string, name: string): string {
  return parent === '' ? name : `${parent}.${name}`;
}

/** The most important finding about a field itself; null when only what it contains is wrong. */
function messageOf({ property, value, constraints, target }: ValidationError): string | null {
  const found = Object.entries(constraints ?? {});
  if (found.some(([kind]) => kind === 'whitelistValidation')) return unknownField(property, target);
  // Decorators are evaluated from the last to the first, and the first one says what kind of value it must be.
  const message = found.at(-1)?.[1];
  if (message === undefined) return null;
  return value === undefined ? 'is required' : inPlainWords(message, property);
}

function inPlainWords(message: string, property: string): string {
  // The path says which field it is.
  const rule = message.startsWith(`${property} `) ? message.slice(property.length + 1) : message;
  return PLAINER.reduce((text, [pattern, words]) => text.replace(pattern, words as string), rule);
}

function unknownField(name: string, target: object | undefined): string {
  const shown = name.length > MAX_SHOWN_NAME ? `${name.slice(0, MAX_SHOWN_NAME)}...` : name;
  const similar = target && nearest(name, fieldsOf(target));
  return `unknown field ${shown}${similar === undefined ? '' : `, did you mean ${similar}?`}`;
}

function fieldsOf(target: object): string[] {
  const storage = getMetadataStorage();
  const known = storage.getTargetValidationMetadatas(target.constructor, '', false, false);
  return [...new Set(known.map(({ propertyName }) => propertyName))];
}

/** The known field that a name was probably meant to be. */
function nearest(name: string, fields: readonly string[]): string | undefined {
  const rated = fields.map((field) => ({ field, edits: distance(name.toLowerCase(), field.toLowerCase()) }));
  const [best] = rated.sort((one, other) => one.edits - other.edits);
  return best && best.edits <= Math.max(2, Math.floor(name.length / 3)) ? best.field : undefined;
}
