import fc from 'fast-check';
import { figuresOf, figuresSinceStart, Sample, sampleOf } from './gate-window';
import { MetricsSnapshot } from '../metrics-snapshot';

const TEXT = `
onboarding_webhook_requests_total{outcome="accepted"} 10
onboarding_webhook_requests_total{outcome="duplicate"} 2
onboarding_webhook_requests_total{outcome="quarantined"} 1
onboarding_webhook_requests_total{outcome="rate_limited"} 3
onboarding_webhook_requests_total{outcome="unavailable"} 4
onboarding_webhook_requests_total{outcome="error"} 5
onboarding_webhook_requests_total{outcome="signature_missing"} 6
onboarding_webhook_requests_total{outcome="signature_malformed"} 7
onboarding_webhook_requests_total{outcome="signature_mismatch"} 8
onboarding_webhook_requests_total{outcome="unknown_endpoint"} 100
onboarding_webhook_requests_total{outcome="invalid_event"} 100
onboarding_webhook_requests_total{outcome="unverified"} 100
onboarding_webhooks_wrong_secret 2
onboarding_webhook_ack_seconds_sum 0.13
onboarding_webhook_ack_seconds_count 13
onboarding_events_dead_total 1
process_resident_memory_bytes 1000
process_start_time_seconds 100
onboarding_typeform_pace_compliance 0.98
onboarding_inbox_events{status="pending"} 9
onboarding_inbox_events{status="retrying"} 50
onboarding_inbox_oldest_age_seconds{status="pending"} 1.5
`;

const base: Sample = {
  atMs: 1_000_000,
  startedAt: 100,
  acknowledged: 100,
  failed: 10,
  throttled: 3,
  wrongSecrets: 1,
  ackSeconds: 2,
  ackCount: 100,
  dead: 0,
  memoryBytes: 1_000,
  paceCompliance: 1,
  pendingEvents: 0,
  oldestPendingSeconds: 0,
};
const at = (seconds: number, change: Partial<Sample> = {}): Sample => ({
  ...base,
  atMs: base.atMs + seconds * 1000,
  ...change,
});

describe('sampleOf', () => {
  it('adds up what belongs together', () => {
    expect(sampleOf(MetricsSnapshot.parse(TEXT), 7)).toEqual({
      atMs: 7,
      startedAt: 100,
      acknowledged: 13,
      failed: 12,
      throttled: 3,
      wrongSecrets: 2,
      ackSeconds: 0.13,
      ackCount: 13,
      dead: 1,
      memoryBytes: 1000,
      paceCompliance: 0.98,
      pendingEvents: 9,
      oldestPendingSeconds: 1.5,
    });
  });

  it('knows when gauges are missing and when the text is somebody else’s', () => {
    const few = TEXT.split('\n').filter((line) => !/compliance|inbox|memory/.test(line));
    expect(sampleOf(MetricsSnapshot.parse(few.join('\n')), 0)).toMatchObject({
      memoryBytes: null,
      paceCompliance: null,
      pendingEvents: null,
      oldestPendingSeconds: null,
    });
    expect(sampleOf(MetricsSnapshot.parse('up 1'), 0)).toBeNull();
  });
});

describe('figuresOf', () => {
  it('is the difference between the last and the first sample', () => {
    const samples = [
      at(0),
      at(10, {
        acknowledged: 150,
        ackSeconds: 2.4,
        ackCount: 150,
        memoryBytes: 5_000,
        paceCompliance: 0.9,
        wrongSecrets: 2,
      }),
      at(20, {
        acknowledged: 200,
        failed: 12,
        throttled: 4,
        wrongSecrets: 1,
        ackSeconds: 3,
        ackCount: 200,
        dead: 1,
        memoryBytes: 1_500,
        pendingEvents: 3,
        oldestPendingSeconds: 0.4,
      }),
    ];
    expect(figuresOf(samples)).toEqual({
      seconds: 20,
      acknowledged: 100,
      failed: 2,
      throttled: 1,
      wrongSecrets: 2,
      ackMs: 10,
      dead: 1,
      memoryGrowthBytes: 500,
      paceCompliance: 0.9,
      pendingEvents: 3,
      oldestPendingSeconds: 0.4,
    });
  });

  it('counts a process that started meanwhile from zero, and goes on where the old one ended', () => {
    const restarted = { startedAt: base.atMs / 1000 + 5, failed: 0, ackSeconds: 0.4, ackCount: 40 };
    const samples = [
      at(0),
      at(4, { acknowledged: 130 }),
      at(10, { ...restarted, acknowledged: 40, memoryBytes: 300 }),
      at(20, { ...restarted, acknowledged: 45, memoryBytes: 800 }),
    ];
    expect(figuresOf(samples)).toMatchObject({ acknowledged: 75, failed: 0, memoryGrowthBytes: 500 });
  });

  it('takes a counter that fell within one second of start for a reset', () => {
    expect(figuresOf([at(0), at(10, { acknowledged: 7 })])).toMatchObject({ acknowledged: 7 });
  });

  it('keeps two replicas behind one address apart', () => {
    const other = { startedAt: 200, memoryBytes: 9_000 };
    const samples = [
      at(0),
      at(1, { ...other, acknowledged: 5_000 }),
      at(2, { acknowledged: 110 }),
      at(3, { ...other, acknowledged: 5_020, memoryBytes: 9_400 }),
    ];
    expect(figuresOf(samples)).toMatchObject({ acknowledged: 30, memoryGrowthBytes: 400 });
  });

  it('says what it does not know', () => {
    expect(figuresOf([])).toBeNull();
    expect(figuresOf([at(0, { pendingEvents: null, paceCompliance: null })])).toMatchObject({
      seconds: 0,
      acknowledged: 0,
      ackMs: null,
      memoryGrowthBytes: null,
      paceCompliance: null,
      pendingEvents: null,
    });
  });

  it('of two adjoining windows add up to those of both, whatever happened', () => {
    const steps = fc.array(
      fc.record({
        acknowledged: fc.nat(50),
        failed: fc.nat(5),
        restart: fc.boolean(),
        seconds: fc.integer({ min: 2, max: 60 }),
      }),
      { minLength: 2, maxLength: 20 },
    );
    fc.assert(
      fc.property(steps, fc.nat(19), (given, cut) => {
        let sample = at(0);
        const samples = given.map(({ acknowledged, failed, restart, seconds }) => {
          const atMs = sample.atMs + seconds * 1000;
          const from = restart ? { ...sample, acknowledged: 0, failed: 0, startedAt: atMs / 1000 - 1 } : sample;
          sample = { ...from, atMs, acknowledged: from.acknowledged + acknowledged, failed: from.failed + failed };
          return sample;
        });
        const middle = Math.min(cut, samples.length - 1);
        const [all, early, late] = [samples, samples.slice(0, middle + 1), samples.slice(middle)].map(figuresOf);
        for (const name of ['seconds', 'acknowledged', 'failed'] as const) {
          expect((early?.[name] ?? 0) + (late?.[name] ?? 0)).toBeCloseTo(all?.[name] ?? -1);
        }
      }),
    );
  });
});

describe('figuresSinceStart', () => {
  it('takes one sample for the whole life of its process', () => {
    expect(figuresSinceStart(at(0, { startedAt: 900 }))).toMatchObject({
      seconds: 100,
      acknowledged: 100,
      failed: 10,
      ackMs: 20,
      memoryGrowthBytes: 1_000,
    });
  });
});
