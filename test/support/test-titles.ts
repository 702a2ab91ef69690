/** The titles of the tests in a file, read from its source: `describe` titles and that of the test, with blanks between them. */
import { readFileSync } from 'node:fs';
import ts from 'typescript';

const BLOCKS = new Set(['describe', 'it', 'test']);

/**
 * The full titles of all tests of a file that are run. A table's title is as it is written (`%s`, `$name`), an expression in one is its
 * source (`${ROUNDS} rounds`). Skipped tests and what is inside a skipped block are left out.
 */
export function testTitles(path: string): string[] {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const titles: string[] = [];
  const visit = (node: ts.Node, within: string[]): void => {
    const block = ts.isCallExpression(node) ? blockOf(node) : null;
    if (block === 'skipped') return;
    const path = block === null ? within : [...within, block.title];
    if (block !== null && block.kind !== 'describe') titles.push(path.join(' '));
    ts.forEachChild(node, (child) => visit(child, path));
  };
  visit(source, []);
  return titles;
}

/** `describe('title', ...)`, `it('title', ...)`, `it.each(table)('title', ...)`; null for any other call. */
function blockOf(call: ts.CallExpression): { kind: string; title: string } | 'skipped' | null {
  const { name, modifier } = calleeOf(call.expression);
  if (/^x(describe|it|test)$/.test(name) || modifier === 'skip' || modifier === 'todo') return 'skipped';
  const title = call.arguments[0];
  if (!BLOCKS.has(name) || title === undefined || (!ts.isStringLiteralLike(title) && !ts.isTemplateExpression(title)))
    return null;
  return { kind: name, title: ts.isTemplateExpression(title) ? title.getText().slice(1, -1) : title.text };
}

function calleeOf(expression: ts.Expression): { name: string; modifier: string | null } {
  if (ts.isIdentifier(expression)) return { name: expression.text, modifier: null };
  if (ts.isPropertyAccessExpression(expression) && ts.isIdentifier(expression.expression))
    return { name: expression.expression.text, modifier: expression.name.text };
  // it.each(table)(...): the table comes first.
  if (ts.isCallExpression(expression)) {
    const { name, modifier } = calleeOf(expression.expression);
    if (modifier === 'each' && BLOCKS.has(name)) return { name, modifier };
  }
  return { name: '', modifier: null };
}
