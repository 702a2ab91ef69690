import { FailureHistory } from './failure-history';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A history with `count` failures, evenly spread over `overMs`, the last of them at `overMs`. */
function failing(count: number, overMs: number): FailureHistory {
  const history = new FailureHistory();
  for (let i = 0; i < count; i++) history.failed((overMs * (i + 1)) / count);
  return history;
}

describe('FailureHistory', () => {
  it.each([
    ['100 in 5 minutes are not enough', 100, 4 * MINUTE, undefined],
    ['101 in 5 minutes', 101, 4 * MINUTE, 'more than 100 attempts in 5 minutes, all failed'],
    ['101 in more than 5 minutes are not enough', 101, 6 * MINUTE, undefined],
    ['300 in 24 hours are not enough', 300, 23 * HOUR, undefined],
    ['301 in 24 hours', 301, 23 * HOUR, 'more than 300 attempts in 24 hours, all failed'],
    ['301 in more than 24 hours are not enough', 301, 25 * HOUR, undefined],
  ])('%s', (_, count, overMs, reason) => {
    expect(failing(count, overMs).reasonToDisable(overMs)).toBe(reason);
  });

  it('needs 100 %: one success within the window saves the webhook', () => {
    const history = failing(100, MINUTE);
    history.succeeded(MINUTE);
    for (let i = 0; i < 150; i++) history.failed(2 * MINUTE);
    expect(history.reasonToDisable(2 * MINUTE)).toBeUndefined();
  });

  it('forgets a success that has left the window', () => {
    const history = new FailureHistory();
    history.succeeded(0);
    for (let i = 0; i < 101; i++) history.failed(6 * MINUTE);
    expect(history.reasonToDisable(6 * MINUTE)).toBe('more than 100 attempts in 5 minutes, all failed');
  });
});
