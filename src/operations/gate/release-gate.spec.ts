import fc from 'fast-check';
import type { WindowFigures } from './gate-window';
import { CriterionId, decideRelease, GATE_CRITERIA, Observation, Verdict, VERDICTS, worst } from './release-gate';

const MB = 1024 * 1024;
const GOOD: WindowFigures = {
  seconds: 600,
  acknowledged: 1_000,
  failed: 0,
  throttled: 0,
  wrongSecrets: 0,
  ackMs: 5,
  dead: 0,
  memoryGrowthBytes: 3 * MB,
  paceCompliance: 1,
  pendingEvents: 2,
  oldestPendingSeconds: 0.1,
};

const observe = (change: Partial<WindowFigures>, more: Partial<Observation> = {}): Observation => ({
  window: { ...GOOD, ...change },
  reads: { made: 10, missed: 1 },
  comparison: null,
  expectThroughput: null,
  ...more,
});

function judge(id: CriterionId, observation: Observation): { verdict: Verdict; evidence: string } {
  const found = decideRelease(observation).criteria.find((criterion) => criterion.id === id);
  if (!found) throw new Error(`no ${id}`);
  return found;
}

describe('one criterion', () => {
  it.each<[CriterionId, Partial<WindowFigures>, Verdict, RegExp]>([
    ['success-rate', {}, 'promote', /1000 of 1000/],
    ['success-rate', { acknowledged: 991, failed: 9 }, 'promote', /991/],
    ['success-rate', { acknowledged: 990, failed: 10 }, 'hold', /target missed/],
    ['success-rate', { acknowledged: 950, failed: 50 }, 'hold', /target missed/],
    ['success-rate', { acknowledged: 949, failed: 51 }, 'hold', /critical/],
    ['success-rate', { acknowledged: 900, failed: 100 }, 'hold', /critical/],
    ['success-rate', { acknowledged: 899, failed: 101 }, 'rollback', /below 90 %/],
    ['success-rate', { acknowledged: 0, failed: 0 }, 'hold', /no requests/],
    ['success-rate', { acknowledged: 9, failed: 0 }, 'hold', /too little traffic/],
    ['success-rate', { acknowledged: 10, failed: 0 }, 'promote', /10 of 10/],
    ['success-rate', { acknowledged: 5, failed: 4 }, 'hold', /too little traffic/],
    ['success-rate', { acknowledged: 4, failed: 5 }, 'rollback', /4 of 9/],
    ['success-rate', { acknowledged: 0, failed: 5 }, 'rollback', /0 of 5/],
    ['success-rate', { acknowledged: 8, failed: 2 }, 'rollback', /8 of 10/],
    ['latency', { ackMs: 49.9 }, 'promote', /49.9 ms/],
    ['latency', { ackMs: 50 }, 'hold', /target missed/],
    ['latency', { ackMs: 100 }, 'hold', /target missed/],
    ['latency', { ackMs: 100.1 }, 'hold', /warning/],
    ['latency', { ackMs: null }, 'hold', /nothing to judge/],
    ['memory-growth', { memoryGrowthBytes: -5 * MB }, 'promote', /-5 MB/],
    ['memory-growth', { memoryGrowthBytes: 199 * MB }, 'promote', /\+199 MB/],
    ['memory-growth', { memoryGrowthBytes: 200 * MB }, 'hold', /too much/],
    ['memory-growth', { memoryGrowthBytes: null }, 'hold', /unknown/],
    ['throughput', { acknowledged: 60_001 }, 'promote', /100/],
    ['throughput', { acknowledged: 59_999, failed: 2 }, 'hold', /too slow/],
    ['throughput', { acknowledged: 6_000 }, 'promote', /not judged/],
    ['throughput', { seconds: 0 }, 'hold', /empty/],
    ['pace-compliance', { paceCompliance: 0.95 }, 'promote', /95 %/],
    ['pace-compliance', { paceCompliance: 0.949 }, 'hold', /too many calls/],
    ['pace-compliance', { paceCompliance: null }, 'hold', /unknown/],
    ['queue-depth', { pendingEvents: 1_000, oldestPendingSeconds: 120 }, 'promote', /1000 pending/],
    ['queue-depth', { pendingEvents: 1_001 }, 'hold', /not keeping up/],
    ['queue-depth', { oldestPendingSeconds: 121 }, 'hold', /not keeping up/],
    ['queue-depth', { dead: 1 }, 'hold', /1 given up/],
    ['queue-depth', { pendingEvents: null }, 'hold', /unknown/],
    ['queue-depth', { oldestPendingSeconds: null }, 'hold', /unknown/],
    ['signature-failures', { wrongSecrets: 0 }, 'promote', /no registered webhook has stopped/],
    ['signature-failures', { wrongSecrets: 1, acknowledged: 0 }, 'hold', /1 registered webhook has stopped/],
    ['signature-failures', { wrongSecrets: 2 }, 'hold', /2 registered webhooks have stopped/],
  ])('%s of %j: %s', (id, change, verdict, evidence) => {
    const found = judge(id, observe(change));
    expect(found.verdict).toBe(verdict);
    expect(found.evidence).toMatch(evidence);
  });

  it('success rate: often not answering is held', () => {
    const reads = { made: 10, missed: 2 };
    expect(judge('success-rate', observe({}, { reads }))).toMatchObject({
      verdict: 'hold',
      evidence: expect.stringContaining('2 of 10 readings of the metrics failed'),
    });
    expect(judge('success-rate', observe({ acknowledged: 0, failed: 9 }, { reads })).verdict).toBe('rollback');
  });

  it('success rate: says how many were throttled, and that those of verify are no reason', () => {
    const throttled = judge('success-rate', observe({ acknowledged: 664, failed: 18, throttled: 18 }));
    expect(throttled).toMatchObject({
      verdict: 'hold',
      evidence:
        'target missed: 664 of 682 requests acknowledged, 18 throttled (429); ' +
        'verify causes some on purpose: if it ran in this time, judge a window that begins after it',
    });
    expect(judge('success-rate', observe({ failed: 1, throttled: 1 })).evidence).toBe(
      '1000 of 1001 requests acknowledged, 1 throttled (429)',
    );
    expect(judge('success-rate', observe({ acknowledged: 0, failed: 9 })).evidence).not.toContain('throttled');
  });

  it('throughput: what is said to be offered is what must be reached', () => {
    const given = (acknowledged: number) => judge('throughput', observe({ acknowledged }, { expectThroughput: 50 }));
    expect(given(30_001).verdict).toBe('promote');
    expect(given(30_000)).toMatchObject({ verdict: 'hold', evidence: expect.stringContaining('too slow') });
  });

  it.each<[string, Partial<WindowFigures>, Partial<WindowFigures>, number | null, Verdict]>([
    ['as before', {}, {}, null, 'promote'],
    ['a fifth slower', { ackMs: 20 }, { ackMs: 24 }, null, 'promote'],
    ['more than a fifth slower', { ackMs: 20 }, { ackMs: 24.1 }, null, 'hold'],
    ['slower, and still fast', { ackMs: 4 }, { ackMs: 9.9 }, null, 'promote'],
    ['a fifth fewer served of as many', {}, { acknowledged: 800, failed: 200 }, null, 'promote'],
    ['more than a fifth fewer served of as many', {}, { acknowledged: 799, failed: 201 }, null, 'hold'],
    ['a quiet hour', {}, { acknowledged: 500 }, null, 'promote'],
    ['fewer served although as much was offered', {}, { acknowledged: 700 }, 1, 'hold'],
    ['nothing before', { acknowledged: 0, ackMs: null }, { ackMs: 40 }, null, 'promote'],
  ])('degradation: %s', (_name, before, after, expectThroughput, verdict) => {
    const comparison = { before: { ...GOOD, ...before }, after: { ...GOOD, ...after } };
    expect(judge('degradation', observe({}, { comparison, expectThroughput })).verdict).toBe(verdict);
  });
});

describe('the decision', () => {
  it('promotes when all is good, with one line a criterion, in order', () => {
    const { verdict, criteria } = decideRelease(observe({}));
    expect(verdict).toBe('promote');
    expect(criteria.map(({ id }) => id)).toEqual(GATE_CRITERIA);
  });

  it('holds without metrics, with every reason', () => {
    const { verdict, criteria } = decideRelease(observe({}, { window: null }));
    expect(verdict).toBe('hold');
    expect(criteria.map(({ id }) => id)).toEqual(GATE_CRITERIA);
    expect(criteria.every(({ evidence }) => evidence === 'no metrics could be read')).toBe(true);
  });

  it('is the worst of its criteria', () => {
    expect(worst([])).toBe('promote');
    expect(worst(['promote', 'rollback', 'hold'])).toBe('rollback');
    fc.assert(
      fc.property(observations, (observation) => {
        const { verdict, criteria } = decideRelease(observation);
        expect(verdict).toBe(worst(criteria.map((criterion) => criterion.verdict)));
      }),
    );
  });

  it('is never better for anything worse', () => {
    fc.assert(
      fc.property(observations, worsenings, (observation, worsen) => {
        const { window, comparison } = observation;
        if (!window) return;
        const worse = { ...observation, window: worsen(window) };
        // What is compared gets worse with what is judged.
        if (comparison) worse.comparison = { ...comparison, after: worsen(comparison.after) };
        expect(rank(decideRelease(worse))).toBeGreaterThanOrEqual(rank(decideRelease(observation)));
      }),
      { numRuns: 3_000 },
    );
  });

  it('never promotes on less than is needed to promote', () => {
    fc.assert(
      fc.property(observations, ({ window, ...rest }) => {
        const few = window && { ...window, acknowledged: Math.min(window.acknowledged, 9) };
        expect(decideRelease({ ...rest, window: few }).verdict).not.toBe('promote');
      }),
    );
  });
});

const rank = ({ verdict }: { verdict: Verdict }): number => VERDICTS.indexOf(verdict);

/** Numbers near the thresholds as well as anywhere. */
const around = (most: number, ...near: number[]) =>
  fc.oneof(fc.nat(most), fc.constantFrom(...near), fc.double({ min: 0, max: most, noNaN: true }));
const perhaps = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null, freq: 20 });

const figures: fc.Arbitrary<WindowFigures> = fc.record({
  seconds: around(3_600, 0, 1, 10),
  acknowledged: around(2_000, 0, 4, 5, 9, 10, 19, 20, 990, 1_000),
  failed: around(100, 0, 1, 4, 5, 10),
  throttled: around(10, 0),
  wrongSecrets: around(3, 0, 1),
  ackMs: perhaps(around(130, 10, 49, 50, 100)),
  dead: around(2, 0, 1),
  memoryGrowthBytes: perhaps(around(400 * MB, 0, 200 * MB)),
  paceCompliance: perhaps(fc.oneof(fc.constantFrom(0.94, 0.95, 1), fc.double({ min: 0, max: 1, noNaN: true }))),
  pendingEvents: perhaps(around(2_000, 0, 1_000)),
  oldestPendingSeconds: perhaps(around(300, 0, 120)),
});

const observations: fc.Arbitrary<Observation> = fc.record({
  window: perhaps(figures),
  reads: fc.record({ made: fc.integer({ min: 1, max: 20 }), missed: fc.nat(3) }),
  comparison: perhaps(fc.record({ before: figures, after: figures })),
  expectThroughput: fc.option(fc.nat(300), { nil: null }),
});

/** Ways in which a window can be worse. */
const worsenings: fc.Arbitrary<(window: WindowFigures) => WindowFigures> = fc
  .tuple(fc.nat(9), fc.double({ min: 0, max: 1_000, noNaN: true }))
  .map(([kind, by]) => (window: WindowFigures): WindowFigures => {
    const more = (value: number | null): number | null => (value === null ? null : value + by);
    switch (kind) {
      case 0:
        return { ...window, failed: window.failed + by };
      case 1: {
        const lost = Math.min(window.acknowledged, by);
        return { ...window, acknowledged: window.acknowledged - lost, failed: window.failed + lost };
      }
      case 2:
        return { ...window, wrongSecrets: window.wrongSecrets + by };
      case 3:
        return { ...window, ackMs: more(window.ackMs) };
      case 4:
        return { ...window, dead: window.dead + by };
      case 5:
        return { ...window, memoryGrowthBytes: window.memoryGrowthBytes && window.memoryGrowthBytes + by * MB };
      case 6:
        return { ...window, paceCompliance: window.paceCompliance && window.paceCompliance / (1 + by) };
      case 7:
        return { ...window, pendingEvents: more(window.pendingEvents) };
      case 8:
        return { ...window, oldestPendingSeconds: more(window.oldestPendingSeconds) };
      default:
        return { ...window, paceCompliance: null, pendingEvents: null };
    }
  });
