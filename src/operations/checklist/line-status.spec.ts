import type { CheckLine, CheckResult, Severity } from '../check';
import type { CheckId } from './check-ids';
import { lineToSign, setField, sign, unsign, withFindings } from './checklist-changes';
import { REAL_TYPEFORM_IDS } from '../verify/real-typeform/real-typeform-ids';
import { CHECKLIST_LINES } from './checklist-document';
import { PHASES } from './checklist-line';
import { ChecklistState, newState, recordOf, Signature } from './checklist-state';
import { statusOf } from './line-status';

const now = new Date('2026-11-24T10:00:00Z');
const later = new Date('2026-11-24T11:00:00Z');
const empty = newState({ deployment: 'test', version: '1.0.0', now });

const found = (id: CheckId, result: CheckResult, severity: Severity = 'block', evidence = 'seen'): CheckLine => ({
  id,
  title: id,
  severity,
  result,
  evidence,
  remedy: result === 'pass' ? null : 'fix it',
  seconds: 0,
});
const verified = (state: ChecklistState, ...lines: CheckLine[]) =>
  withFindings(state, { runner: 'verify', found: lines, phases: PHASES, now });
const statusIn = (state: ChecklistState, id: string) => {
  const placed = CHECKLIST_LINES.find(({ line }) => line.id === id);
  if (!placed) throw new Error(`no line ${id}`);
  return statusOf(placed.line, state);
};
const signed = (state: ChecklistState, id: string, result: Signature['result']) =>
  sign(state, lineToSign(id), { by: 'Ada Lovelace', result, note: null }, later);

describe('how a line stands', () => {
  const passes = found('service.health', 'pass');
  it.each([
    ['an automatic line, nothing looked at', empty, 'immediate.health', 'open'],
    ['its check passed', verified(empty, passes), 'immediate.health', 'passed'],
    ['its check failed', verified(empty, found('service.health', 'fail')), 'immediate.health', 'failed'],
    [
      'its check failed without blocking',
      verified(empty, found('service.health', 'fail', 'warn')),
      'immediate.health',
      'open',
    ],
    [
      'which a person accepts',
      signed(verified(empty, found('service.health', 'fail', 'warn')), 'immediate.health', 'yes'),
      'immediate.health',
      'passed',
    ],
    [
      'a blocking failure is not signed away',
      signed(verified(empty, found('service.health', 'fail')), 'immediate.health', 'yes'),
      'immediate.health',
      'failed',
    ],
    [
      'nor declared not applicable',
      signed(verified(empty, found('service.health', 'fail')), 'immediate.health', 'n/a'),
      'immediate.health',
      'failed',
    ],
    ['its check was skipped', verified(empty, found('service.health', 'skipped')), 'immediate.health', 'open'],
    ['one of two checks is missing', verified(empty, found('webhook.accepted', 'pass')), 'functional.webhook', 'open'],
    [
      'both are there',
      verified(empty, found('webhook.accepted', 'pass'), found('cleanup.done', 'pass')),
      'functional.webhook',
      'passed',
    ],
    ['evidence alone does not sign', verified(empty, found('service.log-errors', 'pass')), 'first-hours.logs', 'open'],
    [
      'evidence and a signature',
      signed(verified(empty, found('service.log-errors', 'pass')), 'first-hours.logs', 'yes'),
      'first-hours.logs',
      'passed',
    ],
    ['a manual line', signed(empty, 'code.review', 'yes'), 'code.review', 'passed'],
    ['refused', signed(empty, 'code.review', 'no'), 'code.review', 'failed'],
    ['not applicable', signed(empty, 'external.users', 'n/a'), 'external.users', 'not applicable'],
    ['a trigger that has not happened', signed(empty, 'decisions.customers', 'no'), 'decisions.customers', 'passed'],
    ['one that has', signed(empty, 'decisions.customers', 'yes'), 'decisions.customers', 'failed'],
    ['a blank', empty, 'issues', 'open'],
    ['filled in', setField(empty, 'issues', 'none', now), 'issues', 'passed'],
    ['emptied again', setField(setField(empty, 'issues', 'none', now), 'issues', ' ', now), 'issues', 'open'],
  ] as const)('%s', (_case, state, id, status) => expect(statusIn(state, id)).toBe(status));
});

describe('the tests with the real API', () => {
  const LINE = 'functional-gates.real-api';
  const tested = (account: 'pass' | 'skipped') =>
    withFindings(empty, {
      runner: 'real-typeform',
      found: REAL_TYPEFORM_IDS.map((id) => found(id, id === 'real-typeform.account' ? account : 'pass')),
      phases: PHASES,
      now,
    });
  it.each([
    ['never ran', empty, 'open'],
    ['ran against a sandbox', tested('skipped'), 'open'],
    ['ran against an account', tested('pass'), 'passed'],
  ])('%s', (_case, state, status) => expect(statusIn(state, LINE)).toBe(status));
});

describe('what changes the state', () => {
  it('a run replaces what the same runner found, in the lines of its phases only, and keeps signatures', () => {
    const first = signed(verified(empty, found('service.health', 'pass', 'block', 'first')), 'immediate.health', 'yes');
    const second = withFindings(first, {
      runner: 'verify',
      found: [found('service.health', 'pass', 'block', 'second')],
      phases: ['after'],
      now: later,
    });
    expect(recordOf(second, 'immediate.health')).toMatchObject({
      findings: [{ evidence: 'second', checkedAt: later.toISOString() }],
      signature: { by: 'Ada Lovelace', result: 'yes' },
    });
    expect(recordOf(second, 'first-day.stability').findings).toMatchObject([{ evidence: 'first' }]);
  });

  it('what one runner found stays when another runs', () => {
    const both = withFindings(verified(empty, found('service.health', 'pass')), {
      runner: 'gate',
      found: [found('gate.success-rate', 'pass')],
      phases: PHASES,
      now: later,
    });
    expect(recordOf(both, 'first-day.stability').findings.map(({ id }) => id)).toEqual([
      'service.health',
      'gate.success-rate',
    ]);
  });

  it('a check that is no longer made leaves nothing behind', () => {
    const gone = verified(verified(empty, found('service.health', 'pass')));
    expect(statusIn(gone, 'immediate.health')).toBe('open');
  });

  it('unsigning twice is unsigning once', () => {
    const line = lineToSign('code.review');
    const once = unsign(signed(empty, 'code.review', 'yes'), line, now);
    expect(statusOf(line, once)).toBe('open');
    expect(unsign(once, line, new Date(now.getTime() + 1))).toEqual(once);
  });

  it('only lines of the checklist that are no blanks can be signed', () => {
    expect(() => lineToSign('code.revue')).toThrow('no line code.revue');
    expect(() => lineToSign('issues')).toThrow('checklist set issues');
  });
});
