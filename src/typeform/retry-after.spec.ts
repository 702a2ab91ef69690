import { parseRetryAfter } from './retry-after';

const now = new Date('2026-01-01T00:00:00Z');

it.each([
  [null, undefined],
  ['0', 0],
  [' 7 ', 7],
  ['-1', undefined],
  ['1.5e3', undefined],
  ['99999999999', undefined],
  ['soon', undefined],
  ['', undefined],
  ['Thu, 01 Jan 2026 00:00:30 GMT', 30],
  ['Wed, 31 Dec 2025 23:59:00 GMT', 0],
])('Retry-After %j is %j seconds', (value, seconds) => expect(parseRetryAfter(value, now)).toBe(seconds));
