import fc from 'fast-check';
import { lineToSign, setField, sign, unsign, withFindings } from './checklist-changes';
import { ChecklistState, newState, parseState, recordOf } from './checklist-state';
import { statusOf } from './line-status';
import { mergeStates } from './merge-states';

const START = Date.parse('2026-11-24T10:00:00Z');
const at = (seconds: number): Date => new Date(START + seconds * 1000);
const empty = newState({ deployment: 'release 7', version: '1.0.0', now: at(0) });
const review = lineToSign('code.review');
const signed = (state: ChecklistState, seconds: number, by = 'Ada') =>
  sign(state, review, { by, result: 'yes', note: null }, at(seconds));

it('keeps what was done on either side', () => {
  const here = setField(signed(empty, 1), 'issues', 'none', at(2));
  const found = [
    {
      id: 'secrets.admin-key',
      title: '',
      severity: 'block',
      result: 'pass',
      evidence: 'long',
      remedy: null,
      seconds: 0,
    },
  ] as const;
  const there = withFindings(empty, { runner: 'preflight', found: [...found], phases: ['deploy'], now: at(3) });
  const merged = mergeStates(here, there);
  expect(recordOf(merged, 'code.review').signature?.by).toBe('Ada');
  expect(merged.fields.issues?.value).toBe('none');
  expect(recordOf(merged, 'configuration.variables').findings).toMatchObject([{ id: 'secrets.admin-key' }]);
});

it('of two decisions about a line the later one counts, a withdrawn signature too', () => {
  const first = signed(empty, 1);
  expect(recordOf(mergeStates(first, signed(empty, 2, 'Grace')), 'code.review').signature?.by).toBe('Grace');
  const withdrawn = unsign(first, review, at(3));
  expect(statusOf(review, mergeStates(first, withdrawn))).toBe('open');
  expect(statusOf(review, mergeStates(signed(first, 4), withdrawn))).toBe('passed');
});

it('a blank that was cleared stays clear', () => {
  const filled = setField(empty, 'date', 'today', at(1));
  expect(mergeStates(filled, setField(filled, 'date', '', at(2))).fields.date?.value).toBeNull();
});

it('checklists of different deployments are kept apart', () => {
  expect(() => mergeStates(empty, { ...empty, deployment: 'release 8' })).toThrow('different deployments');
  expect(() => mergeStates(empty, { ...empty, startedAt: at(1).toISOString() })).toThrow('different deployments');
});

it('comes to the same state in any order and however often, and to one that can be stored', () => {
  const change = fc.record({
    what: fc.constantFrom('sign', 'unsign', 'set'),
    by: fc.constantFrom('Ada', 'Grace'),
    seconds: fc.integer({ min: 1, max: 9 }),
  });
  const state = fc.array(change, { maxLength: 6 }).map((changes) =>
    changes.reduce((kept, { what, by, seconds }) => {
      if (what === 'sign') return signed(kept, seconds, by);
      return what === 'unsign' ? unsign(kept, review, at(seconds)) : setField(kept, 'issues', by, at(seconds));
    }, empty),
  );
  fc.assert(
    fc.property(state, state, state, (a, b, c) => {
      const merged = mergeStates(mergeStates(a, b), c);
      expect(mergeStates(a, mergeStates(c, b))).toEqual(merged);
      expect(mergeStates(merged, b)).toEqual(merged);
      expect(parseState(JSON.parse(JSON.stringify(merged)))).toEqual(merged);
    }),
  );
});
