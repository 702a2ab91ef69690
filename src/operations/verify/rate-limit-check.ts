/** Checklist, "Validate rate limiting enforcement": too many requests are answered 429; afterwards the service accepts again. */
import { setTimeout as delay } from 'node:timers/promises';
import { failed, Finding, passed, skipped } from '../check';
import { HttpAnswer, MAX_CONNECTIONS } from '../http-client';
import type { LinkedCheck } from './link-checks';
import type { VerifyId } from './verify-ids';
import type { VerifyRun } from './verify-run';

const LONGEST_MS = 12_000;
/** Replicas that do not share counters allow that many times the limit. */
const TIMES_THE_LIMIT = 4;
const MAX_REQUESTS = 20_000;
const LONGEST_WAIT_SECONDS = 5;

/**
 * Sends signed duplicates, which can only be refused for their rate. Runs after every check that needs answers. Its 429s count in the
 * success rate, so it stops at the first; there are at most as many as connections.
 */
export function rateLimitCheck(run: VerifyRun): LinkedCheck<VerifyId> {
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
  const rule = `the limit should be ${limit} requests in ${windowMs / 1000} s`;
  const flood = await sendUntilRefused(run, Math.min(MAX_REQUESTS, limit * TIMES_THE_LIMIT + MAX_CONNECTIONS), signal);
  const rate = Math.round((flood.sent / flood.ms) * 1000);
  const [first] = flood.refused;
  if (!first) {
    if (flood.sent / flood.ms <= limit / windowMs)
      return skipped(
        `could not be checked: ${rule}, and from here only ${rate}/s were reached`,
        'run verify closer to the service, or on a machine that is less busy',
        'warn',
      );
    return failed(
      `none of ${flood.sent} requests at ${rate}/s was answered 429; ${rule}`,
      'set THROTTLE_LIMIT and THROTTLE_TTL_SECONDS on the service, or pass its limit with --throttle-limit; replicas share counters only with REDIS_URL',
    );
  }
  if (flood.other.length > 0)
    return failed(`answered ${[...new Set(flood.other)].join(', ')} under load`, "see the service's log");
  const retryAfter = Number(first.headers['retry-after']);
  if (!(retryAfter >= 1)) return failed('429 without Retry-After', 'find out what answers 429 in front of the service');
  const found =
    `429 with Retry-After ${retryAfter} at request ${flood.sent} (${rate}/s); ${rule}. ` +
    `verify itself caused ${flood.refused.length} such answers, which lower the success rate of these minutes`;
  if (retryAfter > LONGEST_WAIT_SECONDS) return passed(`${found}; this address stays throttled for ${retryAfter} s`);
  await delay(retryAfter * 1000, undefined, { signal });
  const again = await send(run, signal);
  if (again.status !== 200)
    return failed(
      `${found}; afterwards still ${again.status}`,
      'find out what else throttles requests in front of the service',
    );
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
  const one = async (): Promise<void> => {
    flood.sent += 1;
    const answer = await send(run, signal);
    if (answer.status === 429) flood.refused.push(answer);
    else if (answer.status !== 200) flood.other.push(answer.status);
  };
  const sender = async (): Promise<void> => {
    while (flood.refused.length === 0 && flood.sent < most && performance.now() - startedAt < LONGEST_MS) await one();
  };
  // It may be throttled already: refusals that follow on those of another check soon look like a webhook that Typeform is about to disable.
  await one();
  await Promise.all(Array.from({ length: MAX_CONNECTIONS }, sender));
  flood.ms = performance.now() - startedAt;
  return flood;
}

function send(run: VerifyRun, signal: AbortSignal): Promise<HttpAnswer> {
  if (!run.accepted) throw new Error('no event was accepted');
  return run.deliver(run.accepted, signal);
}
