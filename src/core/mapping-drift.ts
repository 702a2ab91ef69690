/** Refs change silently when a question is replaced: which sources of an identifier mapping a form does not have (any more). Pure. */
import type { IdentifierKey, IdentifierMapping } from './identifiers';
import { arrayOf, JsonObject, objectOf, stringOf } from './typeform-event';

/** An identifier whose mapped source is not in the form. */
export interface MappingProblem {
  identifier: IdentifierKey;
  source: string;
}

const HIDDEN = 'hidden:';

/** `fields` as `GET /forms/{id}` has them (groups nest theirs in `properties.fields`), `hidden` the names of hidden fields. */
export function findMappingProblems(
  mapping: IdentifierMapping,
  form: { fields: readonly JsonObject[]; hidden: readonly string[] },
): MappingProblem[] {
  const sources = new Set([...form.hidden.map((name) => `${HIDDEN}${name}`), ...form.fields.flatMap(sourcesOf)]);
  return (Object.entries(mapping) as [IdentifierKey, string | null][]).flatMap(([identifier, source]) =>
    source === null || sources.has(source) ? [] : [{ identifier, source }],
  );
}

/** Id and ref of a field and of everything nested in it. */
function sourcesOf(field: JsonObject): string[] {
  const nested = arrayOf(objectOf(field.properties).fields).map(objectOf).flatMap(sourcesOf);
  return [stringOf(field.id), stringOf(field.ref)].filter((source) => source !== null).concat(nested);
}
