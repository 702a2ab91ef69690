/** Checklist, "Validate rate limiting enforcement": too many requests are answered 429; afterwards the service accepts again. */
import { setTimeout as delay } from 'node:timers/promises';
import { failed, Finding, passed, skipped } from '../check';
import { HttpAnswer, MAX_CONNECTIONS } from '../http-client';
import { counted } from '../../core/counted';
import { REFUSED_ENOUGH } from './common-findings';
import type { LinkedCheck } from './link-checks';
import type { VerifyId } from './verify-ids';
import type { VerifyRun } from './verify-run';

const LONGEST_MS = 12_000;
/** Replicas that do not share counters allow that many times the limit. */
const TIMES_THE_LIMIT = 4;
const MAX_REQUESTS = 20_000;
const LONGEST_WAIT_SECONDS = 5;
/** A 429 before this share of the limit was used means that the limit is another one, or is shared with somebody. */
const EARLY_SHARE = 0.8;

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
  // One of them is for the question whether it serves again.
  if (run.refusalsLeft < 2) return REFUSED_ENOUGH;
  const { limit, windowMs } = run.target.throttle;
  const rule = `the limit should be ${limit} requests in ${windowMs / 1000} s`;
  const flood = await sendUntilRefused(run, Math.min(MAX_REQUESTS, limit * TIMES_THE_LIMIT + MAX_CONNECTIONS), signal);
  const rate = Math.round((flood.sent / flood.ms) * 1000);
  if (flood.other.length > 0)
    return failed(`answered ${[...new Set(flood.other)].join(', ')} under load`, "see the service's log");
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
  const retryAfter = Number(first.headers['retry-after']);
  if (!(retryAfter >= 1)) return failed('429 without Retry-After', 'find out what answers 429 in front of the service');
  // The service counts within a window that began at most this long ago; on several replicas it lets more through, never less.
  const own = run.letThroughSince(flood.refusedFromMs - windowMs);
  const found =
    `429 with Retry-After ${retryAfter} at request ${flood.sent} of this check (${rate}/s), ` +
    `when ${counted(own, 'request')} of this run had been let through in ${windowMs / 1000} s, in one or two windows of the service; ${rule}. ` +
    `verify itself caused ${counted(flood.refused.length, 'such answer')}, lowering the success rate of these minutes`;
  const tooEarly = `It came too early: after only ${counted(own, 'request')} instead of about ${limit}`;
  const verdict = (what: string): Finding =>
    own < limit * EARLY_SHARE ? early(`${found}; ${what}. ${tooEarly}`) : passed(`${found}; ${what}`);
  if (retryAfter > LONGEST_WAIT_SECONDS) return verdict(`this address stays throttled for ${retryAfter} s`);
  await delay(retryAfter * 1000, undefined, { signal });
  const again = await send(run, signal);
  if (again.status !== 200)
    return failed(
      `${found}; afterwards still ${again.status}`,
      'find out what else throttles requests in front of the service',
    );
  return verdict('served again afterwards');
}

/** The service does throttle, so this does not block; but not at the limit that verify was told of. */
function early(found: string): Finding {
  return failed(
    found,
    "pass the service's real limit with --throttle-limit (and set its THROTTLE_TTL_SECONDS in this environment); " +
      'if that is right already, find out what else sends from this address, such as an earlier run of verify',
    'warn',
  );
}

interface Flood {
  sent: number;
  ms: number;
  refused: HttpAnswer[];
  /** When the first request that got a 429 was sent, by `performance.now()`; `Infinity` if none did. */
  refusedFromMs: number;
  /** Statuses that are neither 200 nor 429. */
  other: number[];
}

async function sendUntilRefused(run: VerifyRun, most: number, signal: AbortSignal): Promise<Flood> {
  const flood: Flood = { sent: 0, ms: 0, refused: [], refusedFromMs: Infinity, other: [] };
  const startedAt = performance.now();
  let over = false;
  const one = async (): Promise<void> => {
    flood.sent += 1;
    const sentAt = performance.now();
    const answer = await send(run, signal);
    if (answer.status === 200) return;
    over = true;
    if (answer.status !== 429) return void flood.other.push(answer.status);
    flood.refused.push(answer);
    flood.refusedFromMs = Math.min(flood.refusedFromMs, sentAt);
  };
  const sender = async (): Promise<void> => {
    try {
      while (!over && flood.sent < most && performance.now() - startedAt < LONGEST_MS) await one();
    } finally {
      over = true;
    }
  };
  // It may be throttled already: refusals that follow on those of another check soon look like a webhook that Typeform is about to disable.
  await one();
  // The last request, which asks whether it serves again, may be refused, too.
  await Promise.all(Array.from({ length: Math.min(MAX_CONNECTIONS, run.refusalsLeft - 1) }, sender));
  flood.ms = performance.now() - startedAt;
  return flood;
}

function send(run: VerifyRun, signal: AbortSignal): Promise<HttpAnswer> {
  if (!run.accepted) throw new Error('no event was accepted');
  return run.deliver(run.accepted, signal);
}
