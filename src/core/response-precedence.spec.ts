import { type ResponseVersion, supersedes } from './response-precedence';

const version = (change: Partial<ResponseVersion> = {}): ResponseVersion => ({
  eventId: 'e1',
  completed: true,
  effectiveAt: new Date(2_000),
  receivedAt: new Date(5_000),
  ...change,
});

describe('of two versions of a response', () => {
  it.each([
    ['the same again', {}, true],
    ['a partial one', { completed: false, effectiveAt: new Date(9_000), receivedAt: new Date(9_000) }, false],
    ['a newer submission that came earlier', { effectiveAt: new Date(2_001), receivedAt: new Date(1) }, true],
    ['an older submission that came later', { effectiveAt: new Date(1_999), receivedAt: new Date(9_000) }, false],
    ['a back-filled one of the same time', { eventId: 'backfill:f:t', receivedAt: new Date(9_000) }, false],
    ['the same submission that came later', { receivedAt: new Date(5_001) }, true],
    ['the same submission that came earlier', { receivedAt: new Date(4_999) }, false],
  ])('%s counts: %#', (_what, change, counts) => {
    expect(supersedes(version(change), version())).toBe(counts);
  });

  it('a delivered one counts over a back-filled one of the same time', () => {
    expect(supersedes(version({ receivedAt: new Date(1) }), version({ eventId: 'backfill:f:t' }))).toBe(true);
  });
});
