import { judgeJobFailure } from './job-failure';

const failedAt = new Date('2026-03-01T10:00:00Z');
const judge = (error: unknown, failures = 0) => judgeJobFailure(error, { failures, failedAt, random: 0.5 });

it('says why in a word, and never what an error says', () => {
  const refused = Object.assign(new Error('jane@example.com'), { code: '22P02' });
  expect(judge(Object.assign(new Error(), { code: '40P01' })).error).toBe('contention');
  expect(judge(refused).error).toBe('data_rejected');
  expect(judge(new Error('jane@example.com')).error).toBe('internal_error');
});

it('waits longer each time, at most two minutes, and gives up after about an hour', () => {
  const waits = Array.from({ length: 36 }, (_, failures) => judge(new Error(), failures).retryAt);
  const seconds = waits.map((at) => at && (at.getTime() - failedAt.getTime()) / 1000);
  expect(seconds.slice(0, 9)).toEqual([1, 2, 4, 8, 16, 32, 64, 120, 120]);
  expect(seconds.at(-2)).toBe(120);
  expect(seconds.at(-1)).toBeNull();
  const total = seconds.reduce<number>((sum, wait) => sum + (wait ?? 0), 0);
  expect(total).toBeGreaterThan(3000);
  expect(total).toBeLessThan(4000);
});
