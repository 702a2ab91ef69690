import { DomainError } from '../../core/problem';
import { FAILURES, TypeformError } from '../../typeform/typeform-error';
import { EndlessListing } from './endless-listing';
import { judgeFailure } from './run-failure';

const failedAt = new Date('2026-03-01T10:00:00Z');
const judge = (error: unknown, failures = 0) => judgeFailure(error, { failures, failedAt, random: 0.5 });
const remote = (failure: TypeformError['failure']) =>
  new TypeformError('do this', { failure, remoteStatus: null, remoteCode: 'X' });

it('gives up at once only what a person has to put right', () => {
  const givenUp = FAILURES.filter((failure) => judge(remote(failure)).retryAt === null);
  expect(givenUp).toEqual(['unauthorized', 'not_found', 'refused', 'redirect', 'wrong_region']);
  expect(judge(new DomainError('validation_failed', 'no id')).retryAt).toBeNull();
  expect(judge(new EndlessListing()).retryAt).toBeNull();
  expect(judge(new DomainError('intake_overloaded', 'full')).retryAt).not.toBeNull();
});

it('waits longer each time, at most ten minutes, for about two days', () => {
  const waits = Array.from({ length: 300 }, (_, failures) => judge(remote('server_error'), failures).retryAt);
  const seconds = waits.map((at) => at && (at.getTime() - failedAt.getTime()) / 1000);
  expect(seconds.slice(0, 8)).toEqual([10, 20, 40, 80, 160, 320, 600, 600]);
  expect(seconds.at(-2)).toBe(600);
  expect(seconds.at(-1)).toBeNull();
});

it('shows our own messages and no others', () => {
  expect(judge(remote('timeout')).text).toBe('do this');
  expect(judge(new Error('jane@example.com')).text).not.toContain('jane');
});
