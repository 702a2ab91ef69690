/** Checklist, "Performance Validation": latency, concurrency, memory, pace of the calls to Typeform. */
import { setTimeout as delay } from 'node:timers/promises';
import { failed, Finding, passed } from '../check';
import { MAX_CONNECTIONS } from '../http-client';
import type { LinkedCheck } from './link-checks';
import { jsonOf, VerifyRun } from './verify-run';

const LATENCY_REQUESTS = 50;
const LATENCY_TARGET_MS = 50;
const LATENCY_LIMIT_MS = 100;
const CONCURRENT_REQUESTS = 300;
const RATE_TARGET = 100;
const ROUNDS = 3;
const MEMORY_LIMIT_BYTES = 200 * 1024 * 1024;
const PACE_TARGET = 0.95;
/** The people the load is spread over: so many clients have to be erased afterwards. */
const PEOPLE = 10;
/** Longer windows of the throttle are not waited for. */
const LONGEST_WINDOW_MS = 2_000;

const MEMORY = 'process_resident_memory_bytes';
const PACE = 'onboarding_typeform_pace_compliance';

export function performanceChecks(run: VerifyRun): LinkedCheck[] {
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
      title: 'many webhooks at once are acknowledged',
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
      title: 'calls to Typeform keep to its rate limit',
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
  const found = `p50 ${round(at(0.5))} ms, mean ${round(mean)} ms, p95 ${round(at(0.95))} ms over ${count} requests, the network included`;
  if (at(0.5) < LATENCY_TARGET_MS && mean <= LATENCY_LIMIT_MS) return passed(found);
  return failed(
    `${found}; to be p50 < ${LATENCY_TARGET_MS} and mean <= ${LATENCY_LIMIT_MS}`,
    'compare with onboarding_webhook_ack_seconds: when that is good it is the network or a proxy, else PostgreSQL or the processor',
  );
}

/** What is asked is whether it can: a machine that was busy with something else gets another chance. */
async function concurrency(run: VerifyRun, signal: AbortSignal): Promise<Finding> {
  for (let round = 1; ; round += 1) {
    const count = await affordable(run, CONCURRENT_REQUESTS, signal);
    const { refused, perSecond } = await sendAtOnce(run, count, signal);
    const [status] = refused;
    const found = `${count - refused.length} of ${count} accepted, ${Math.round(perSecond)}/s with ${MAX_CONNECTIONS} at a time`;
    if (status !== undefined) return failed(`${found}; others were answered ${status}`, refusedRemedy(status));
    if (perSecond > RATE_TARGET) return passed(found);
    if (round < ROUNDS) continue;
    return failed(
      `${found}, not more in ${ROUNDS} rounds; to be > ${RATE_TARGET}/s`,
      'add replicas or processor time, look at the latency of PostgreSQL',
    );
  }
}

async function sendAtOnce(run: VerifyRun, count: number, signal: AbortSignal) {
  const refused: number[] = [];
  let next = 0;
  const sender = async (): Promise<void> => {
    while (next < count) {
      const answer = await run.deliver(person(run, next++), signal);
      if (answer.status !== 200 || jsonOf(answer).status !== 'accepted') refused.push(answer.status);
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: MAX_CONNECTIONS }, sender));
  return { refused, perSecond: count / ((performance.now() - startedAt) / 1000) };
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
      'look why it restarted: its last log lines, OOMKilled',
    );
  }
  const megabytes = (value: number): number => Math.round(value / 1024 / 1024);
  if (!same) return passed(`not compared: only other replicas answer now; one has ${megabytes(after)} MB`);
  const grown = after - bytes;
  const found = `${megabytes(bytes)} -> ${megabytes(after)} MB in the process that answered`;
  return grown < MEMORY_LIMIT_BYTES
    ? passed(found)
    : failed(`${found}; to grow by < 200 MB`, 'look at the heap of the process before giving it traffic');
}

async function pace(run: VerifyRun, signal: AbortSignal): Promise<Finding> {
  const share = (await run.metrics(signal)).metrics.sum(PACE);
  if (share === null)
    return failed(`${PACE} is missing`, 'it is shown while the database is reachable: see service.database');
  const found = `${round(share * 100)} % of the 10-second windows of the last 15 minutes kept to the rate limit`;
  if (share >= PACE_TARGET) return passed(found);
  return failed(
    `${found}; to be >= 95 %`,
    'look who else uses this TYPEFORM_API_KEY, and that all replicas share one database',
  );
}

/** How many of the requests the throttle lets through, once its window is over. */
async function affordable({ target }: VerifyRun, wanted: number, signal: AbortSignal): Promise<number> {
  const { limit, windowMs } = target.throttle;
  if (windowMs <= LONGEST_WINDOW_MS) await delay(windowMs, undefined, { signal });
  return Math.max(1, Math.min(wanted, Math.floor(limit / 2)));
}

const person = (run: VerifyRun, index: number) => run.newEvent(`p${index % PEOPLE}`);
const round = (value: number): number => Math.round(value * 10) / 10;

export const METRICS = 'give the address of the metrics with --management-url';

function refusedRemedy(status: number): string {
  return status === 429
    ? 'this address is throttled: give the limit of the service with --throttle-limit, or look who else uses this address'
    : 'look for the requests in the log of the service';
}
