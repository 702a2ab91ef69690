/**
 * Promote, hold or roll back: the thresholds of the production checklist ("Critical Metrics", "Quality Gates", "Rollback Criteria")
 * applied to the measurements. Pure. Anything unknown means `hold`.
 */
import { wrongSecretsSeen } from '../wrong-secrets';
import type { WindowFigures } from './gate-window';

/** From best to worst. */
export const VERDICTS = ['promote', 'hold', 'rollback'] as const;
export type Verdict = (typeof VERDICTS)[number];

export const GATE_CRITERIA = [
  'success-rate',
  'latency',
  'memory-growth',
  'throughput',
  'pace-compliance',
  'queue-depth',
  'signature-failures',
  'degradation',
] as const;
export type CriterionId = (typeof GATE_CRITERIA)[number];

/** One line of a decision. */
export interface Criterion {
  id: CriterionId;
  verdict: Verdict;
  /** In the unit of the threshold; null when it is unknown or not judged. */
  measured: number | null;
  threshold: string;
  evidence: string;
}

export interface Decision {
  verdict: Verdict;
  criteria: Criterion[];
}

/** A decision and its basis, as the command prints it with `--json`. */
export interface GateReport extends Decision {
  window: { source: string; from: string; to: string; seconds: number; reads: number; missed: number };
  figures: WindowFigures | null;
  /** Why the last reading failed; null when it did not. */
  problem: string | null;
}

/** What is judged. */
export interface Observation {
  /** Null: the metrics could not be read, or no longer at the end. */
  window: WindowFigures | null;
  /** How often the metrics were read, and how often that failed: a service that does not answer is not serving either. */
  reads: { made: number; missed: number };
  /** Two windows to compare, of which the later one is judged; null when there is no earlier one. */
  comparison: { before: WindowFigures; after: WindowFigures } | null;
  /** Requests per second that were offered, according to the operator; null: throughput is judged only when enough requests came in. */
  expectThroughput: number | null;
}

export const GATE_THRESHOLDS = {
  successRate: { target: 0.99, critical: 0.95, rollback: 0.9 },
  /** Fewer acknowledgements than this are too few to promote on, and fewer requests too few for a rate... */
  minRequests: 10,
  /** ...but so many failures among them are enough to roll back. */
  failuresAtLowTraffic: 5,
  missedReads: 0.1,
  latencyMs: { target: 50, warning: 100 },
  memoryGrowthBytes: 200 * 1024 * 1024,
  throughputPerSecond: 100,
  paceCompliance: 0.95,
  queue: { pendingEvents: 1_000, oldestPendingSeconds: 120 },
  /** Anybody can send wrong signatures, so their number decides nothing; those of a registered webhook hold a release. */
  wrongSecrets: 1,
  degradation: 0.2,
  /** A mean below this is noise: a fifth more of 3 ms says nothing. */
  degradationFromMs: 10,
} as const;

/** Judges every criterion and takes the worst. Never throws. */
export function decideRelease({ window, reads, comparison, expectThroughput }: Observation): Decision {
  const criteria = window
    ? [
        successRate(window, reads),
        latency(window),
        memoryGrowth(window),
        throughput(window, expectThroughput),
        paceCompliance(window),
        queueDepth(window),
        signatureFailures(window),
        degradation(comparison, expectThroughput),
      ]
    : GATE_CRITERIA.map((id) => criterion(id, 'hold', null, 'metrics', 'no metrics could be read'));
  return { verdict: worst(criteria.map(({ verdict }) => verdict)), criteria };
}

/** The worst of several verdicts; promote when there are none. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  return verdicts.reduce((a, b) => (VERDICTS.indexOf(b) > VERDICTS.indexOf(a) ? b : a), 'promote');
}

/** The service cannot tell the requests of verify from others, so they count. */
const AFTER_VERIFY = 'verify causes some on purpose: if it ran in this time, judge a window that begins after it';

function successRate(
  { acknowledged, failed, throttled }: WindowFigures,
  { made, missed }: Observation['reads'],
): Criterion {
  const { successRate: rates, minRequests, failuresAtLowTraffic, missedReads } = GATE_THRESHOLDS;
  const total = acknowledged + failed;
  const rate = total === 0 ? null : acknowledged / total;
  const some = throttled >= 0.5;
  const counts =
    `${round(acknowledged)} of ${round(total)} requests acknowledged` +
    (some ? `, ${round(throttled)} throttled (429)` : '');
  const missedRate = some ? `${counts}; ${AFTER_VERIFY}` : counts;
  const is = (verdict: Verdict, why: string): Criterion =>
    criterion('success-rate', verdict, rate, `> ${percent(rates.target)}`, why);
  if (rate === null) return is('hold', 'no requests, so nothing to judge');
  const enough = total >= minRequests || failed >= failuresAtLowTraffic;
  if (enough && rate < rates.rollback) return is('rollback', `below ${percent(rates.rollback)}: ${missedRate}`);
  if (enough && rate < rates.critical) return is('hold', `critical, below ${percent(rates.critical)}: ${missedRate}`);
  if (enough && rate <= rates.target) return is('hold', `target missed: ${missedRate}`);
  if (missed > made * missedReads) return is('hold', `${missed} of ${made} readings of the metrics failed: ${counts}`);
  if (acknowledged < minRequests)
    return is('hold', `too little traffic: ${counts}, at least ${minRequests} are needed`);
  return is('promote', counts);
}

function latency({ ackMs }: WindowFigures): Criterion {
  const { target, warning } = GATE_THRESHOLDS.latencyMs;
  const is = (verdict: Verdict, why: string): Criterion => criterion('latency', verdict, ackMs, `< ${target} ms`, why);
  if (ackMs === null) return is('hold', 'no acknowledgements, so nothing to judge');
  const mean = `mean ${round(ackMs)} ms`;
  if (ackMs > warning) return is('hold', `warning, above ${warning} ms: ${mean}`);
  return ackMs < target ? is('promote', mean) : is('hold', `target missed: ${mean}`);
}

function memoryGrowth({ memoryGrowthBytes }: WindowFigures): Criterion {
  const limit = GATE_THRESHOLDS.memoryGrowthBytes;
  const is = (verdict: Verdict, why: string): Criterion =>
    criterion('memory-growth', verdict, memoryGrowthBytes, `< ${megabytes(limit)} MB`, why);
  if (memoryGrowthBytes === null) return is('hold', 'unknown: no process was seen twice');
  const grown = `resident memory ${signed(megabytes(memoryGrowthBytes))} MB`;
  return memoryGrowthBytes < limit ? is('promote', grown) : is('hold', `grows too much: ${grown}`);
}

function throughput({ seconds, acknowledged, failed }: WindowFigures, expected: number | null): Criterion {
  const wanted = expected ?? GATE_THRESHOLDS.throughputPerSecond;
  const is = (verdict: Verdict, measured: number | null, why: string): Criterion =>
    criterion('throughput', verdict, measured, `> ${round(wanted)}/s when offered`, why);
  if (seconds <= 0) return is('hold', null, 'the window is empty');
  const perSecond = acknowledged / seconds;
  const offered = (acknowledged + failed) / seconds;
  const seen = `${round(perSecond)}/s acknowledged of ${round(offered)}/s offered`;
  if (expected === null && offered <= wanted)
    return is('promote', null, `not judged, because too few requests came in: ${seen}`);
  return perSecond > wanted ? is('promote', perSecond, seen) : is('hold', perSecond, `too slow: ${seen}`);
}

function paceCompliance({ paceCompliance: measured }: WindowFigures): Criterion {
  const limit = GATE_THRESHOLDS.paceCompliance;
  const is = (verdict: Verdict, why: string): Criterion =>
    criterion('pace-compliance', verdict, measured, `>= ${percent(limit)}`, why);
  if (measured === null) return is('hold', 'unknown: the service reports it only while it can reach its database');
  const share = `${percent(measured)} of the windows stayed within Typeform's rate limit`;
  return measured >= limit ? is('promote', share) : is('hold', `too many calls: ${share}`);
}

function queueDepth({ pendingEvents, oldestPendingSeconds, dead }: WindowFigures): Criterion {
  const { pendingEvents: most, oldestPendingSeconds: oldest } = GATE_THRESHOLDS.queue;
  const is = (verdict: Verdict, why: string): Criterion =>
    criterion('queue-depth', verdict, pendingEvents, `<= ${most} pending, <= ${oldest} s old, none given up`, why);
  if (pendingEvents === null || oldestPendingSeconds === null) {
    return is('hold', 'unknown: the service reports it only while it can reach its database');
  }
  const depth = `${round(pendingEvents)} pending, the oldest for ${round(oldestPendingSeconds)} s, ${round(dead)} given up`;
  const good = pendingEvents <= most && oldestPendingSeconds <= oldest && dead < 0.5;
  return good ? is('promote', depth) : is('hold', `not keeping up: ${depth}`);
}

function signatureFailures({ wrongSecrets }: WindowFigures): Criterion {
  const limit = GATE_THRESHOLDS.wrongSecrets;
  const is = (verdict: Verdict, why: string): Criterion =>
    criterion('signature-failures', verdict, wrongSecrets, `< ${limit}`, why);
  const seen = wrongSecretsSeen(Math.round(wrongSecrets));
  return wrongSecrets < limit ? is('promote', seen) : is('hold', seen);
}

function degradation(comparison: Observation['comparison'], expected: number | null): Criterion {
  const { degradation: limit, degradationFromMs: fromMs, minRequests } = GATE_THRESHOLDS;
  const is = (verdict: Verdict, measured: number | null, why: string): Criterion =>
    criterion('degradation', verdict, measured, `<= ${percent(limit)} worse than before`, why);
  if (comparison === null || comparison.before.acknowledged < minRequests) {
    return is('promote', null, 'not judged: too little traffic before to compare with');
  }
  const { before, after } = comparison;
  const slower =
    before.ackMs === null || before.ackMs === 0 || after.ackMs === null || after.ackMs < fromMs
      ? 0
      : after.ackMs / before.ackMs - 1;
  const served = perSecond(before, before.acknowledged);
  const offeredBefore = perSecond(before, before.acknowledged + before.failed);
  const offered = perSecond(after, after.acknowledged + after.failed);
  // Fewer acknowledgements are worse only when demand was the same.
  const comparable = expected !== null || offered >= offeredBefore * (1 - limit);
  const less = comparable && served > 0 ? 1 - perSecond(after, after.acknowledged) / served : 0;
  const measured = Math.max(0, slower, less);
  const seen =
    `mean ${round(before.ackMs ?? 0)} -> ${round(after.ackMs ?? 0)} ms, ` +
    `${round(served)}/s -> ${round(perSecond(after, after.acknowledged))}/s acknowledged`;
  // Tolerance for floating point: exactly a fifth must still pass.
  return measured <= limit + 1e-9 ? is('promote', measured, seen) : is('hold', measured, `worse than before: ${seen}`);
}

function criterion(
  id: CriterionId,
  verdict: Verdict,
  measured: number | null,
  threshold: string,
  evidence: string,
): Criterion {
  return { id, verdict, measured, threshold, evidence };
}

const perSecond = ({ seconds }: WindowFigures, count: number): number => (seconds <= 0 ? 0 : count / seconds);
const round = (value: number): string => String(Math.round(value * 10) / 10);
const percent = (share: number): string => `${round(share * 100)} %`;
const megabytes = (bytes: number): number => Math.round(bytes / 1024 / 1024);
const signed = (value: number): string => (value < 0 ? String(value) : `+${value}`);
