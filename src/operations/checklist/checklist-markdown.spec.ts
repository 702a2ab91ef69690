import fc from 'fast-check';
import { lineToSign, setField, sign, withFindings } from './checklist-changes';
import { CHECKLIST_LINES } from './checklist-document';
import { escapeMarkdown, formatMarkdown } from './checklist-markdown';
import { buildReport, linesOf } from './checklist-report';
import { ChecklistState, newState } from './checklist-state';

const now = new Date('2026-11-24T10:00:00Z');
const empty = newState({ deployment: 'release | 1', version: '1.0.0', now });
const markdownOf = (state: ChecklistState): string => formatMarkdown(buildReport(state, now));
const withDatabaseFinding = (evidence: string, result: 'pass' | 'fail') =>
  withFindings(empty, {
    runner: 'preflight',
    found: [{ id: 'database.backup', title: '', severity: 'block', result, evidence, remedy: 'make one', seconds: 0 }],
    phases: ['before'],
    now,
  });

describe('the report for people', () => {
  it('has every line of the document once, open, when nothing is known', () => {
    const markdown = markdownOf(empty).split('\n');
    for (const { line } of CHECKLIST_LINES) {
      expect(markdown.filter((text) => text === `- ☐ ${line.text} (\`${line.id}\`)`)).toHaveLength(1);
    }
    expect(markdown).toContain('| **all** | 0 | 0 | 106 | 0 |');
    expect(markdown).toContain('- ☐ Run migrations: `npm run cli -- migrate` (`database.migrate`)');
  });

  it('shows a result with evidence, time and remedy, and counts it', () => {
    const markdown = markdownOf(withDatabaseFinding('the last one is 3 days old', 'fail'));
    expect(markdown).toContain(
      '- ✗ Backup of current production state completed: `npm run cli -- preflight --only database.backup --make-backup <directory>` (`environment.backup`)',
    );
    expect(markdown).toContain(
      '  - **fail** `database.backup`: the last one is 3 days old. To do: make one (2026-11-24T10:00:00.000Z)',
    );
    expect(markdown).toContain('| Pre-Deployment | 0 | 1 | 12 | 0 |');
  });

  it('shows who signed, and ticks the box of the document', () => {
    const signature = { by: 'Ada *Lovelace*', note: 'rolled back', result: 'no' } as const;
    const markdown = markdownOf(sign(empty, lineToSign('sign-off.successful'), signature, now));
    expect(markdown).toContain(
      '- ✗ **Deployment Successful**: ☐ Yes ☑ No (rollback initiated): `npm run cli -- checklist sign sign-off.successful --by "<name>"` (`sign-off.successful`)',
    );
    expect(markdown).toContain('  - no, signed by Ada \\*Lovelace\\* on 2026-11-24T10:00:00.000Z: rolled back');
  });

  it('writes what was filled in in place of the blank', () => {
    const markdown = markdownOf(setField(empty, 'next-review', '$& <b>2026-12-01', now));
    expect(markdown).toContain(
      '- ☑ **Next Review Date**: \\$\\& \\<b\\>2026-12-01 (`npm run cli -- checklist set next-review "<text>"`) (`next-review`)',
    );
  });

  it('no evidence can add a line, a heading, a table or markup', () => {
    const hostile = '\n# heading\r\n| a | b |\n- [ ] line <script>alert(1)</script> `code` ![x](y)';
    const plain = markdownOf(withDatabaseFinding('plain', 'pass')).split('\n');
    const markdown = markdownOf(withDatabaseFinding(hostile, 'pass')).split('\n');
    expect(markdown).toHaveLength(plain.length);
    expect(markdown.join('\n')).not.toMatch(/(?<!\\)<script/);
  });

  it('escaping keeps every printed character and lets none of markup stand alone', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const escaped = escapeMarkdown(text);
        expect(escaped).not.toMatch(/[\n\r\u2028\u2029]/);
        const bare = escaped.replace(/\\[\\`*_{}[\]<>()#|~&!$]/g, '');
        expect(bare).not.toMatch(/[\\`*_{}[\]<>()#|~&!$]/);
      }),
    );
  });
});

describe('the report for machines', () => {
  it('has the same lines and counts, and survives JSON', () => {
    const report = buildReport(withDatabaseFinding('made today', 'pass'), now);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect(linesOf(report.sections).map(({ id }) => id)).toEqual(CHECKLIST_LINES.map(({ line }) => line.id));
    expect(report).toMatchObject({ ok: true, counts: { passed: 1, failed: 0, open: 105 } });
    expect(buildReport(withDatabaseFinding('none', 'fail'), now).ok).toBe(false);
  });
});
