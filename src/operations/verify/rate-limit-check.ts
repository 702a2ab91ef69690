/** Checklist, "Validate rate limiting enforcement": too many requests are answered 429, and then the service goes on. */
import { setTimeout as delay } from 'node:timers/promises';
import { failed, Finding, passed } from '../check';
import { HttpAnswer, MAX_CONNECTIONS } from '../http-client';
import type { LinkedCheck } from './link-checks';
import type { VerifyRun } from './verify-run';

const LONGEST_MS = 12_000;
/** Several replicas that do not share their counters let through that much more. */
const TIMES_THE_LIMIT = 4;
const MAX_REQUESTS = 20_000;
const LONGEST_WAIT_SECONDS = 5;

/**
 * Sends signed duplicates: each is refused for nothing but the rate. Runs after everything that needs an answer, since its 429s
 * count in the success rate; it stops at the first, so there are at most as many as connections.
 */
export function rateLimitCheck(run: VerifyRun): LinkedCheck {
  return {
    id: 'webhook.rate-limit',
    title: 'too many webhooks are throttled',
    severity: 'block',
    needs: ['webhook.accepted'],
    run: (signal) => rateLimit(run, signal),
  };
}

async function rateLimit(run: VerifyRun, signal: AbortSignal): Promise<Finding> {
  const { limit, windowMs } = run.target.throttle;
  const rule = `the limit is to be ${limit} in ${windowMs / 1000} s`;
  const flood = await sendUntilRefused(run, Math.min(MAX_REQUESTS, limit * TIMES_THE_LIMIT + MAX_CONNECTIONS), signal);
  const rate = Math.round((flood.sent / flood.ms) * 1000);
  const [first] = flood.refused;
  if (!first) {
    const reachable = flood.sent / flood.ms > limit / windowMs;
    const remedy = reachable
      ? 'set THROTTLE_LIMIT and THROTTLE_TTL_SECONDS of the service, or give what they are with --throttle-limit; replicas share their counters only with REDIS_URL'
      : 'this machine is too slow to reach the limit: run verify closer to the service, or lower THROTTLE_LIMIT';
    return failed(`none of ${flood.sent} requests at ${rate}/s was answered 429; ${rule}`, remedy);
  }
  if (flood.other.length > 0)
    return failed(`answered ${[...new Set(flood.other)].join(', ')} under load`, 'see the log');
  const retryAfter = Number(first.headers['retry-after']);
  if (!(retryAfter >= 1)) return failed('429 without Retry-After', 'look what answers 429 in front of the service');
  const found =
    `429 with Retry-After ${retryAfter} at ${flood.sent} requests (${rate}/s); ${rule}. ` +
    `The ${flood.refused.length} answers 429 are verify's own and lower the success rate of these minutes`;
  if (retryAfter > LONGEST_WAIT_SECONDS) return passed(`${found}; this address stays throttled for ${retryAfter} s`);
  await delay(retryAfter * 1000, undefined, { signal });
  const again = await send(run, signal);
  if (again.status !== 200)
    return failed(`${found}; afterwards still ${again.status}`, 'look what throttles besides the service');
  return passed(`${found}; served again afterwards`);
}

interface Flood {
  sent: number;
  ms: number;
  refused: HttpAnswer[];
  /** Statuses that are neither 200 nor 429. */
  other: number[];
}

async function sendUntilRefused(run: VerifyRun, most: number, signal: AbortSignal): Promise<Flood> {
  const flood: Flood = { sent: 0, ms: 0, refused: [], other: [] };
  const startedAt = performance.now();
  const sender = async (): Promise<void> => {
    while (flood.refused.length === 0 && flood.sent < most && performance.now() - startedAt < LONGEST_MS) {
      flood.sent += 1;
      const answer = await send(run, signal);
      if (answer.status === 429) flood.refused.push(answer);
      else if (answer.status !== 200) flood.other.push(answer.status);
    }
  };
  await Promise.all(Array.from({ length: MAX_CONNECTIONS }, sender));
  flood.ms = performance.now() - startedAt;
  return flood;
}

function send(run: VerifyRun, signal: AbortSignal): Promise<HttpAnswer> {
  if (!run.accepted) throw new Error('no event was accepted');
  return run.deliver(run.accepted, signal);
}
