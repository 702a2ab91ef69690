import { judgeClocks } from './clock-skew';

const reading = (skewMs: number, { tookMs = 0, precisionMs = 0 } = {}) => ({
  whose: 'it',
  theirMs: 1_000_000 + tookMs / 2 + skewMs,
  askedAtMs: 1_000_000,
  heardAtMs: 1_000_000 + tookMs,
  precisionMs,
});

describe('judgeClocks', () => {
  it.each([
    [0, {}, 'pass', 'it is 0.0 s ahead'],
    [4_900, {}, 'pass', 'it is 4.9 s ahead'],
    [-5_100, {}, 'fail', 'it is 5.1 s behind'],
    // Told in whole seconds, it may be 5 s.
    [5_900, { precisionMs: 1_000 }, 'pass', 'it is 5.9 s ahead'],
    [6_100, { precisionMs: 1_000 }, 'fail', 'it is 6.1 s ahead'],
    // An answer that took 4 s may have been given at its beginning or its end.
    [-6_900, { tookMs: 4_000 }, 'pass', 'it is 6.9 s behind'],
    [-7_100, { tookMs: 4_000 }, 'fail', 'it is 7.1 s behind'],
  ])('%i ms with %j: %s', (skewMs, how, result, evidence) => {
    expect(judgeClocks([reading(skewMs, how)])).toMatchObject({ result, evidence });
  });

  it('is not satisfied when one of several is wrong', () => {
    expect(judgeClocks([reading(0), reading(60_000)]).result).toBe('fail');
  });
});
