import type { Field } from '../model';

/** Questions that take no answer. */
const SILENT_TYPES = new Set(['statement', 'group', 'contact_info', 'address', 'matrix', 'inline_group']);

/**
 * The questions of a form in the order in which they are asked. Groups, contact_info, address and matrix are not sent
 * as containers: their sub-questions arrive as ordinary fields (seen in real deliveries; for matrix and address that
 * is the likeliest reading, Typeform documents nothing).
 */
export function leafFields(fields: readonly Field[]): Field[] {
  return fields.flatMap((field) => {
    if (field.properties.fields) return leafFields(field.properties.fields);
    return SILENT_TYPES.has(field.type) ? [] : [field];
  });
}
