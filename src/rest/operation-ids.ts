/**
 * The name of an operation in the OpenAPI document, and so of a method in a generated client: `listDeliveries`, `registerWebhook`.
 * A handler whose method and controller do not read well together names its own with `@ApiOperation({ operationId })`.
 */
export function operationIdOf(controller: string, method: string): string {
  const noun = controller.replace(/Controller$/, '');
  return `${method}${method === 'list' ? plural(noun) : singular(noun)}`;
}

function singular(noun: string): string {
  return noun.replace(/ies$/, 'y').replace(/([^s])s$/, '$1');
}

function plural(noun: string): string {
  return /s$/.test(noun) ? noun : `${noun}s`;
}
