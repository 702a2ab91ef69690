/** Checklist, "Performance Validation": latency, concurrency, memory, pace of the calls to Typeform. */
import { setTimeout as delay } from 'node:timers/promises';
import { failed, Finding, passed, skipped } from '../check';
import { MAX_CONNECTIONS } from '../http-client';
import { METRICS, otherReplica, REFUSED_ENOUGH } from './common-findings';
import type { LinkedCheck } from './link-checks';
import type { VerifyId } from './verify-ids';
import { jsonOf, VerifyRun } from './verify-run';

const LATENCY_REQUESTS = 50;
const LATENCY_TARGET_MS = 50;
const LATENCY_LIMIT_MS = 100;
const CONCURRENT_REQUESTS = 300;
/** Fewer at once say nothing about a rate. */
const FEWEST_REQUESTS = 20;
/** Three round trips for each connection. With fewer, a rate measures the way to the service, and only a good one says something. */
const FEWEST_TO_FAIL = 3 * MAX_CONNECTIONS;
const RATE_TARGET = 100;
const ROUNDS = 3;
const MEMORY_LIMIT_BYTES = 200 * 1024 * 1024;
const PACE_TARGET = 0.95;
/** How many people the load is spread over: each becomes a client to erase afterwards. */
const PEOPLE = 10;
/** Throttle windows longer than this are not waited out. */
const LONGEST_WINDOW_MS = 2_000;

const MEMORY = 'process_resident_memory_bytes';
const PACE = 'onboarding_typeform_pace_compliance';

export function performanceChecks(run: VerifyRun): LinkedCheck<VerifyId>[] {
  return [
    {
      id: 'performance.latency',
      title: 'webhooks are acknowledged quickly',
      severity: 'block',
      needs: ['webhook.accepted'],
      run: (signal) => latency(run, signal),
    },
    {
      id: 'performance.concurrency',
      title: 'many concurrent webhooks are acknowledged',
      severity: 'block',
      needs: ['webhook.accepted'],
      run: (signal) => concurrency(run, signal),
    },
    {
      id: 'performance.memory',
      title: 'memory stays stable',
      severity: 'block',
      needs: ['service.started'],
      run: (signal) => memory(run, signal),
    },
    {
      id: 'performance.typeform-pace',
      title: 'calls to Typeform stay within its rate limit',
      severity: 'block',
      needs: ['service.started'],
      run: (signal) => pace(run, signal),
    },
  ];
}

async function latency(run: VerifyRun, signal: AbortSignal): Promise<Finding> {
  const count = await affordable(run, LATENCY_REQUESTS, signal);
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const { status, ms } = await run.deliver(person(run, index), signal);
    if (status !== 200) return failed(`request ${index + 1} of ${count} was answered ${status}`, refusedRemedy(status));
    times.push(ms);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.min(count - 1, Math.floor(count * share))] ?? 0;
  const mean = times.reduce((total, ms) => total + ms, 0) / count;
  const found = `p50 ${round(at(0.5))} ms, mean ${round(mean)} ms, p95 ${round(at(0.95))} ms over ${count} requests, including the network`;
  if (at(0.5) < LATENCY_TARGET_MS && mean <= LATENCY_LIMIT_MS) return passed(found);
  return failed(
    `${found}; required: p50 < ${LATENCY_TARGET_MS} ms and mean <= ${LATENCY_LIMIT_MS} ms`,
    'compare with onboarding_webhook_ack_seconds: if that is good, the network or a proxy is slow, otherwise PostgreSQL or the CPU',
  );
}

/** Takes the best of several rounds, so that other work on the machine does not count. */
async function concurrency(run: VerifyRun, signal: AbortSignal): Promise<Finding> {
  let best: Load | null = null;
  for (let round = 0; round < ROUNDS && !(best && best.perSecond > RATE_TARGET); round += 1) {
    const count = await affordable(run, CONCURRENT_REQUESTS, signal);
    if (count < FEWEST_REQUESTS) break;
    if (run.refusalsLeft === 0) return REFUSED_ENOUGH;
    const load = await sendAtOnce(run, count, signal);
    const [status] = load.refused;
    if (status !== undefined) {
      const before = best ? `${measured(best)}; in the next round ` : '';
      const statuses = [...new Set(load.refused)].join(', ');
      return failed(
        `${before}${load.accepted} accepted, then ${load.refused.length} answered ${statuses}; stopped there`,
        refusedRemedy(status),
      );
    }
    if (!best || load.perSecond > best.perSecond) best = load;
  }
  if (!best)
    return skipped(
      `could not be checked: a limit of ${run.target.throttle.limit} requests leaves too few to measure a rate`,
      RAISE_LIMIT,
      'warn',
    );
  const found = measured(best);
  if (best.perSecond > RATE_TARGET) return passed(found);
  if (best.accepted < FEWEST_TO_FAIL)
    return skipped(
      `${found}: too few to judge a rate by; a limit of ${run.target.throttle.limit} requests leaves no more`,
      RAISE_LIMIT,
      'warn',
    );
  return failed(
    `${found}, the best of ${ROUNDS} rounds at most; required: > ${RATE_TARGET}/s`,
    'add replicas or CPU, and check the latency of PostgreSQL',
  );
}

const RAISE_LIMIT = 'raise THROTTLE_LIMIT, or pass the limit of the service with --throttle-limit';

const measured = ({ accepted, perSecond, senders }: Load): string =>
  `${accepted} accepted, ${Math.round(perSecond)}/s with ${senders} at a time`;

/** What became of requests that were sent at once. */
interface Load {
  senders: number;
  accepted: number;
  /** The statuses of the others. */
  refused: number[];
  perSecond: number;
}

/** Stops at the first refusal or broken connection. Each sender may have one more under way, so there are no more of them than refusals left. */
async function sendAtOnce(run: VerifyRun, count: number, signal: AbortSignal): Promise<Load> {
  const refused: number[] = [];
  const senders = Math.min(MAX_CONNECTIONS, count, run.refusalsLeft);
  let next = 0;
  let over = false;
  const sender = async (): Promise<void> => {
    try {
      while (next < count && !over) {
        const answer = await run.deliver(person(run, next++), signal);
        if (answer.status === 200 && jsonOf(answer).status === 'accepted') continue;
        refused.push(answer.status);
        over = true;
      }
    } finally {
      over = true;
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: senders }, sender));
  const accepted = next - refused.length;
  return { senders, accepted, refused, perSecond: accepted / ((performance.now() - startedAt) / 1000) };
}

async function memory(run: VerifyRun, signal: AbortSignal): Promise<Finding> {
  const before = run.metricsBefore;
  const bytes = before?.metrics.sum(MEMORY) ?? null;
  if (!before || bytes === null) return failed(`${MEMORY} could not be read at the start`, METRICS);
  const { metrics, startedAt, same } = await run.metricsAgain(before, signal);
  const after = metrics.sum(MEMORY);
  if (after === null) return failed(`${MEMORY} is missing`, METRICS);
  // Unix times are rounded to the second.
  if (!same && startedAt !== null && startedAt * 1000 > run.startedAt.getTime() + 1_000) {
    return failed(
      'the process that answers was started after verify began',
      'find out why it restarted: see its last log lines and whether it was OOMKilled',
    );
  }
  const megabytes = (value: number): number => Math.round(value / 1024 / 1024);
  if (!same) return otherReplica(`one of them uses ${megabytes(after)} MB`);
  const grown = after - bytes;
  const found = `${megabytes(bytes)} -> ${megabytes(after)} MB in the process that answered`;
  return grown < MEMORY_LIMIT_BYTES
    ? passed(found)
    : failed(`${found}; required: growth < 200 MB`, 'examine the heap of the process before you send it traffic');
}

async function pace(run: VerifyRun, signal: AbortSignal): Promise<Finding> {
  const share = (await run.metrics(signal)).metrics.sum(PACE);
  if (share === null)
    return failed(`${PACE} is missing`, 'it is reported while the database can be reached: see service.database');
  const found = `${round(share * 100)} % of the 10-second windows of the last 15 minutes stayed within the rate limit`;
  if (share >= PACE_TARGET) return passed(found);
  return failed(
    `${found}; required: >= 95 %`,
    'find out who else uses this TYPEFORM_API_KEY, and make sure that all replicas share one database',
  );
}

/**
 * How many of the wanted requests the throttle will allow. Waits for a short window to end; of a long one it takes half of what this run
 * has left, as if all that was sent so far fell into it.
 */
async function affordable({ target, sent }: VerifyRun, wanted: number, signal: AbortSignal): Promise<number> {
  const { limit, windowMs } = target.throttle;
  const waits = windowMs <= LONGEST_WINDOW_MS;
  if (waits) await delay(windowMs, undefined, { signal });
  return Math.max(1, Math.min(wanted, Math.floor((waits ? limit : limit - sent) / 2)));
}

const person = (run: VerifyRun, index: number) => run.newEvent(`p${index % PEOPLE}`);
const round = (value: number): number => Math.round(value * 10) / 10;

function refusedRemedy(status: number): string {
  return status === 429
    ? 'this address is throttled: pass the limit of the service with --throttle-limit, or find out who else uses this address'
    : "find these requests in the service's log";
}
