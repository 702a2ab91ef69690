import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALL_CHECK_IDS, RUNNER_NAMES, runnerOf } from './check-ids';
import { CHECKLIST, CHECKLIST_INTRODUCTION, CHECKLIST_LINES, CHECKLIST_TITLE } from './checklist-document';
import { PHASES } from './checklist-line';

const DOCUMENT = join(__dirname, '../../../docs/production-checklist.md');

/** The document's lines, in their order, without empty ones. */
function statements(markdown: string): string[] {
  return markdown
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** The same from the data. */
function statementsOfData(): string[] {
  const groups = CHECKLIST.flatMap((section) => [
    `## ${section.title}`,
    ...section.groups.flatMap(({ title, lines }) => [
      title === null ? '---' : `### ${title}`,
      ...lines.map(({ text }) => (title === null ? text : `- [ ] ${text}`)),
    ]),
  ]);
  return [`# ${CHECKLIST_TITLE}`, ...CHECKLIST_INTRODUCTION, ...groups];
}

describe('the checklist as data', () => {
  it('says what the document says, to the letter, in its order, and nothing else', () => {
    const said = statements(readFileSync(DOCUMENT, 'utf8'));
    expect(said.filter((line) => line.startsWith('- [ ]'))).toHaveLength(103);
    expect(statementsOfData()).toEqual(said);
  });

  it('has an id of its own for every line, and a section for every phase', () => {
    const ids = CHECKLIST_LINES.map(({ line }) => line.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^[a-z]+(-[a-z]+)*(\.[a-z]+(-[a-z]+)*)?$/.test(id))).toEqual([]);
    expect(CHECKLIST.map(({ phase }) => phase)).toEqual(PHASES);
  });

  it('leaves no check unused', () => {
    const used = new Set(CHECKLIST_LINES.flatMap(({ line }) => line.checks));
    expect(ALL_CHECK_IDS.filter((id) => !used.has(id))).toEqual([]);
    expect(new Set(ALL_CHECK_IDS).size).toBe(ALL_CHECK_IDS.length);
    expect(new Set([...used].map(runnerOf))).toEqual(new Set(RUNNER_NAMES));
  });
});
