/** The report of a checklist for people: the document, each line marked, with its evidence or a place to sign. */
import { wordOf } from '../check';
import type { ChecklistReport, Counts, GroupReport, LineReport, SectionReport } from './checklist-report';
import type { LineFinding } from './checklist-state';
import type { LineStatus } from './line-status';

const MARKS: Record<LineStatus, string> = { passed: '☑', failed: '✗', open: '☐', 'not applicable': '–' };
const BLANK = '________________';

/** Returns the text of the file, which ends with a newline. */
export function formatMarkdown(report: ChecklistReport): string {
  return [...heading(report), ...report.sections.flatMap(section), ''].join('\n');
}

/** Makes any text one line that Markdown shows as it is. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ').replace(/[\\`*_{}[\]<>()#|~&!$]/g, '\\$&');
}

function heading(report: ChecklistReport): string[] {
  const { title, deployment, version, startedAt, writtenAt, ok, counts, sections } = report;
  const row = (name: string, of: Counts): string =>
    `| ${name} | ${of.passed} | ${of.failed} | ${of.open} | ${of['not applicable']} |`;
  return [
    `# ${title}`,
    '',
    `Deployment: ${escapeMarkdown(deployment)}, version ${escapeMarkdown(version)}. Started ${startedAt}, written ${writtenAt}.`,
    `${ok ? 'No line has failed' : `Failed lines: ${counts.failed}`}; open lines: ${counts.open}.`,
    '',
    '| section | passed | failed | open | not applicable |',
    '| --- | ---: | ---: | ---: | ---: |',
    ...sections.map((part) => row(part.title, part.counts)),
    row('**all**', counts),
    '',
    '☑ passed · ✗ failed · ☐ open: not checked yet, or waiting for a signature · – not applicable.',
    'A rollback trigger is marked ☑ when it has not happened.',
  ];
}

function section({ title, groups }: SectionReport): string[] {
  return ['', `## ${title}`, ...groups.flatMap(group)];
}

function group({ title, lines }: GroupReport): string[] {
  const opening = title === null ? ['', '---'] : ['', `### ${title}`];
  return [...opening, '', ...lines.flatMap(line)];
}

function line(report: LineReport): string[] {
  const { id, status } = report;
  return [`- ${MARKS[status]} ${wording(report)} (\`${id}\`)`, ...answers(report)];
}

/** The document's words; what has been filled in or ticked replaces its blank. */
function wording({ text, value, signature }: LineReport): string {
  const filled = value === null ? text : text.replace(BLANK, () => escapeMarkdown(value));
  if (signature === null) return filled;
  return filled.replace(signature.result === 'yes' ? '☐ Yes' : '☐ No', signature.result === 'yes' ? '☑ Yes' : '☑ No');
}

function answers(report: LineReport): string[] {
  const { checks, findings, status, signature, answeredBy } = report;
  if (answeredBy === 'field') return [];
  const missing = checks.filter((id) => !findings.some((finding) => finding.id === id));
  const unseen = missing.length === 0 ? [] : [`  - not checked yet: ${missing.map((id) => `\`${id}\``).join(', ')}`];
  return [...findings.map(found), ...unseen, ...(signature || status === 'open' ? [signatureOf(report)] : [])];
}

function found({ id, severity, result, evidence, remedy, checkedAt }: LineFinding): string {
  const word = wordOf({ result, severity });
  const toDo = remedy === null ? '' : `. To do: ${escapeMarkdown(remedy)}`;
  return `  - ${word === 'fail' ? '**fail**' : word} \`${id}\`: ${escapeMarkdown(evidence)}${toDo} (${checkedAt})`;
}

function signatureOf({ signature, trigger }: LineReport): string {
  if (signature === null) {
    const question = trigger ? 'has it happened? ☐ no ☐ yes' : '☐ yes ☐ no ☐ n/a';
    return `  - ${question} signed by: ${BLANK} on: ${BLANK} note: ${BLANK}`;
  }
  const { by, at, result, note } = signature;
  const answer = trigger ? `has it happened? ${result}` : result;
  return `  - ${answer}, signed by ${escapeMarkdown(by)} on ${at}${note === null ? '' : `: ${escapeMarkdown(note)}`}`;
}
