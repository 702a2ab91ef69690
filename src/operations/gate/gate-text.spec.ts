import { formatGate, gateProgress } from './gate-text';
import { decideRelease, GateReport } from './release-gate';
import type { WindowFigures } from './gate-window';

const FIGURES: WindowFigures = {
  seconds: 60,
  acknowledged: 100,
  failed: 0,
  throttled: 0,
  wrongSecrets: 0,
  ackMs: 10,
  dead: 0,
  memoryGrowthBytes: 0,
  paceCompliance: 1,
  pendingEvents: 0,
  oldestPendingSeconds: 0,
};

function report(change: Partial<WindowFigures>, problem: string | null = null): GateReport {
  const figures = { ...FIGURES, ...change };
  const decision = decideRelease({
    window: figures,
    reads: { made: 3, missed: 0 },
    comparison: null,
    expectThroughput: null,
  });
  const window = { source: 'http://127.0.0.1/metrics', from: '', to: '', seconds: 60, reads: 3, missed: 0 };
  return { ...decision, window, figures, problem };
}

const lastLine = (of: GateReport) => formatGate(of, { colors: false, width: 120 }).trimEnd().split('\n').at(-1);

it.each([
  [report({}), 'promote', 'every criterion is met', ''],
  [report({ ackMs: 70, dead: 2 }), 'hold', 'latency, queue-depth', ': latency, queue-depth'],
  [report({ failed: 50 }), 'rollback', 'success-rate', ': success-rate'],
  [{ ...report({}), verdict: 'hold' as const, problem: 'interrupted' }, 'hold', 'interrupted', ': interrupted'],
])('says the verdict and what stands in its way', (of, verdict, reason, why) => {
  expect(gateProgress(of)).toBe(`after 60 s: ${verdict} (${reason})`);
  expect(lastLine(of)).toBe(`gate: ${verdict}${why} (60 s of http://127.0.0.1/metrics: 3 readings, none failed)`);
});
