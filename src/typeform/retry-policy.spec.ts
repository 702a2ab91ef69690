import fc from 'fast-check';
import { FAILURES } from './typeform-error';
import { FailedCall, retryDelayMs } from './retry-policy';

const failed = (facts: Partial<FailedCall>): FailedCall => ({
  failure: 'server_error',
  priority: 'background',
  attempts: 1,
  ...facts,
});

describe('retryDelayMs', () => {
  it.each([
    ['background 5xx, first', failed({}), 500],
    ['background 5xx, second', failed({ attempts: 2 }), 1_500],
    ['background 5xx, fourth', failed({ attempts: 4 }), 13_500],
    ['background 5xx, fifth', failed({ attempts: 5 }), null],
    ['interactive 5xx, first', failed({ priority: 'interactive' }), 500],
    ['interactive 5xx, second', failed({ priority: 'interactive', attempts: 2 }), null],
    ['Retry-After of a 5xx', failed({ retryAfterSeconds: 2 }), 2_000],
    ['Retry-After that a person would not wait for', failed({ priority: 'interactive', retryAfterSeconds: 4 }), null],
    ['Retry-After beyond a minute', failed({ retryAfterSeconds: 61 }), null],
    ['429: the pace waits', failed({ failure: 'rate_limited', retryAfterSeconds: 2 }), 0],
    [
      '429 for a person, too long',
      failed({ failure: 'rate_limited', priority: 'interactive', retryAfterSeconds: 9 }),
      null,
    ],
    ['connection, for a person', failed({ failure: 'network_error', priority: 'interactive' }), 500],
    ['time-out, in the background', failed({ failure: 'timeout' }), 500],
    ['time-out, for a person', failed({ failure: 'timeout', priority: 'interactive' }), null],
  ])('%s', (_, call, expected) => expect(retryDelayMs(call)).toBe(expected));

  it.each(['unauthorized', 'not_found', 'refused', 'redirect', 'unexpected_answer', 'wrong_region'] as const)(
    'never repeats %s',
    (failure) => expect(retryDelayMs(failed({ failure }))).toBeNull(),
  );

  it('is bounded in number and in time, and never shorter than asked', () => {
    const call = fc.record({
      failure: fc.constantFrom(...FAILURES),
      priority: fc.constantFrom('interactive' as const, 'background' as const),
      attempts: fc.integer({ min: 1, max: 1000 }),
      retryAfterSeconds: fc.option(fc.integer({ min: 0, max: 1e9 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(call, (facts) => {
        const delayMs = retryDelayMs(facts);
        if (delayMs === null) return;
        expect(facts.attempts).toBeLessThan(facts.priority === 'interactive' ? 2 : 5);
        expect(delayMs).toBeLessThanOrEqual(60_000);
        if (facts.failure !== 'rate_limited')
          expect(delayMs).toBeGreaterThanOrEqual((facts.retryAfterSeconds ?? 0) * 1000);
      }),
    );
  });
});
