import * as fc from 'fast-check';
import { ChainedEntry, ChainHead, RecordedHead, verifyChain } from './audit-chain';
import { auditHash, GENESIS_HASH } from './audit-hash';
import { SealKeys } from './audit-seal';

const OLD = { id: 'k1', key: Buffer.alloc(32, 1) };
const NEW = { id: 'k2', key: Buffer.alloc(32, 2) };
const KEYS = new SealKeys([OLD]);

/** A chain of `length` entries; each is sealed, unless it is one of those without. */
function chain(length: number, without: number[] = []): ChainedEntry[] {
  const entries: ChainedEntry[] = [];
  let late = 0;
  for (let index = 1; index <= length; index += 1) {
    const previousHash = entries.at(-1)?.hash ?? GENESIS_HASH;
    const facts = {
      id: String(index),
      at: new Date(Date.UTC(2026, 0, index)),
      actorId: 'bootstrap',
      actorName: 'ADMIN_API_KEY',
      action: 'form.updated',
      subject: `form ${index}`,
      details: { index },
      requestId: null,
    };
    const hash = auditHash(facts, previousHash);
    if (without.includes(index)) late += 1;
    const seal = without.includes(index) ? null : KEYS.seal({ id: facts.id, hash, late });
    entries.push({ ...facts, previousHash, hash, seal });
  }
  return entries;
}

const headOf = (entries: ChainedEntry[]): RecordedHead => ({
  ...(entries.at(-1) ?? { id: '0', hash: GENESIS_HASH }),
  sealedId: entries.findLast(({ seal }) => seal !== null)?.id ?? '0',
});
const verify = (entries: ChainedEntry[], head: RecordedHead | null, known: ChainHead | null = null, keys = KEYS) =>
  verifyChain(streamed(entries), head, keys, known);

async function* streamed(entries: ChainedEntry[]): AsyncGenerator<ChainedEntry> {
  yield* await Promise.resolve(entries);
}

const rehashed = (entry: ChainedEntry): ChainedEntry => ({ ...entry, hash: auditHash(entry, entry.previousHash) });

describe('verifyChain', () => {
  it.each([0, 1, 2, 50])('says that an untouched chain of %i is valid', async (length) => {
    const entries = chain(length);
    const headHash = entries.at(-1)?.hash ?? null;
    expect(await verify(entries, headOf(entries))).toEqual({
      valid: true,
      entries: length,
      brokenAt: null,
      problem: null,
      headHash,
      sealed: length,
      unsealed: 0,
      late: 0,
    });
  });

  it('accepts entries that were appended after the head was read', async () => {
    const entries = chain(5);
    expect(await verify(entries, headOf(entries.slice(0, 3)))).toMatchObject({
      valid: true,
      entries: 5,
    });
  });

  it.each<[string, string, (entries: ChainedEntry[]) => ChainedEntry[]]>([
    ['a changed entry', '3', (e) => e.map((x) => (x.id === '3' ? { ...x, subject: 'other' } : x))],
    [
      'a changed entry with a hash that fits',
      '3',
      (e) => e.map((x) => (x.id === '3' ? rehashed({ ...x, subject: 'x' }) : x)),
    ],
    [
      'the last one changed with a hash that fits',
      '5',
      (e) => e.map((x) => (x.id === '5' ? rehashed({ ...x, subject: 'x' }) : x)),
    ],
    ['an entry taken out', '2', (e) => e.filter(({ id }) => id !== '2')],
    ['the first taken out', '1', (e) => e.slice(1)],
    ['the last taken out', '5', (e) => e.slice(0, 4)],
    ['everything taken out', '1', () => []],
    ['two that changed places', '2', (e) => ['1', '3', '2', '4', '5'].flatMap((id) => e.filter((x) => x.id === id))],
    ['an entry put in before the first', '1', (e) => [rehashed({ ...chain(1)[0]!, id: '0' }), ...e]],
    ['an entry put in at the end', '6', (e) => [...e, rehashed({ ...chain(6)[5]!, previousHash: GENESIS_HASH })]],
  ])('finds %s at %s', async (_what, brokenAt, tamper) => {
    const entries = chain(5);
    const tampered = tamper(entries);
    const report = await verify(tampered, headOf(entries));
    expect(report).toMatchObject({
      valid: false,
      entries: Number(brokenAt) - 1,
      brokenAt,
      headHash: brokenAt === '1' ? null : tampered[Number(brokenAt) - 2]?.hash,
    });
  });

  it('a head that was removed breaks the chain after its last entry', async () => {
    expect(await verify(chain(2), null)).toMatchObject({ valid: false, brokenAt: '3' });
  });

  it('finds any one change of any one column', async () => {
    const columns = ['id', 'actorId', 'actorName', 'action', 'subject', 'requestId', 'previousHash', 'hash'] as const;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(9),
        fc.constantFrom(...columns),
        fc.string({ minLength: 1 }),
        async (at, column, text) => {
          const entries = chain(10);
          const tampered = entries.map((entry, index) =>
            index === at ? { ...entry, [column]: `${entry[column] ?? ''}${text}` } : entry,
          );
          const report = await verify(tampered, headOf(entries));
          expect(report).toMatchObject({ valid: false, brokenAt: String(at + 1) });
        },
      ),
    );
  });
});

/** What the owner of the tables can do: change entry `from` and recompute every hash from there on. */
function rewritten(
  entries: ChainedEntry[],
  from: number,
  seal: (entry: ChainedEntry) => ChainedEntry['seal'],
): ChainedEntry[] {
  const changed: ChainedEntry[] = [];
  for (const entry of entries) {
    const previousHash = changed.at(-1)?.hash ?? GENESIS_HASH;
    const facts = { ...entry, subject: Number(entry.id) === from ? 'rewritten' : entry.subject, previousHash };
    const made = { ...facts, hash: auditHash(facts, previousHash) };
    changed.push({ ...made, seal: Number(entry.id) < from ? entry.seal : seal(made) });
  }
  return changed;
}

describe('the seals', () => {
  const stranger = new SealKeys([{ id: OLD.id, key: Buffer.alloc(32, 9) }]);

  it.each<[string, string, RegExp, () => [ChainedEntry[], ChainHead | null]]>([
    [
      'rewritten from 3 on, with the seals as they were',
      '3',
      /does not fit/,
      () => [rewritten(chain(6), 3, ({ seal }) => seal), null],
    ],
    [
      'rewritten from 3 on, with seals of another key',
      '3',
      /does not fit/,
      () => [rewritten(chain(6), 3, (made) => stranger.seal({ ...made, late: 0 })), null],
    ],
    [
      'rewritten from 3 on and sealed again from 5 on',
      '3',
      /seals were removed/,
      () => [rewritten(chain(6), 3, (made) => (made.id < '5' ? null : KEYS.seal({ ...made, late: 0 }))), null],
    ],
    [
      'rewritten from 3 on without seals, by a process that knows entry 4',
      '3',
      /in their place/,
      () => [rewritten(chain(6), 3, () => null), chain(6)[3]!],
    ],
    [
      'rewritten from 3 on and sealed as late, by a process that knows entry 4',
      '3',
      /in their place/,
      () => [rewritten(chain(6), 3, (made) => (made.id < '5' ? null : KEYS.seal({ ...made, late: 2 }))), chain(6)[3]!],
    ],
    [
      'cut off after 3 with head and seals, by a process that knows entry 5',
      '4',
      /are gone/,
      () => [chain(3), chain(5)[4]!],
    ],
    [
      'with one seal taken away',
      '3',
      /seals were removed/,
      () => [chain(6).map((e) => (e.id === '3' ? { ...e, seal: null } : e)), null],
    ],
    [
      'with the seal of another entry',
      '4',
      /does not fit/,
      () => [chain(6).map((e, _index, all) => (e.id === '4' ? { ...e, seal: all[1]!.seal } : e)), null],
    ],
    [
      'with a seal that says fewer are late',
      '2',
      /does not fit/,
      () => [chain(6, [2, 3]).map((e) => (e.seal ? { ...e, seal: { ...e.seal, late: 0 } } : e)), null],
    ],
    [
      'with a seal of an unknown key',
      '4',
      /"gone", which is not in ENCRYPTION_KEYS: put it back/,
      () => [chain(6).map((e) => (e.id === '4' && e.seal ? { ...e, seal: { ...e.seal, keyId: 'gone' } } : e)), null],
    ],
  ])('tell that a log was %s: at %s', async (_what, brokenAt, problem, tampered) => {
    const [entries, known] = tampered();
    const report = await verify(entries, headOf(entries), known);
    expect(report).toMatchObject({ valid: false, brokenAt, entries: Number(brokenAt) - 1 });
    expect(report.problem).toMatch(problem);
    expect(report.headHash).toBe(chain(6, brokenAt === '2' ? [2, 3] : [])[Number(brokenAt) - 2]?.hash);
  });

  it('that stand for entries that are not there tell that the end was cut off', async () => {
    const entries = chain(3);
    const report = await verify(entries, { ...headOf(entries), sealedId: '5' });
    expect(report).toMatchObject({ valid: false, brokenAt: '4' });
  });

  it.each([
    ['all from before there were seals', 5, [1, 2, 3, 4], { sealed: 5, unsealed: 0, late: 4 }],
    ['some of a release that makes none', 7, [3, 4, 6], { sealed: 7, unsealed: 0, late: 3 }],
    ['the last ones of a release that makes none', 6, [3, 5, 6], { sealed: 4, unsealed: 2, late: 1 }],
    ['none sealed yet', 3, [1, 2, 3], { sealed: 0, unsealed: 3, late: 0 }],
  ])('count the entries without one: %s', async (_what, length, without, counts) => {
    const entries = chain(length, without);
    expect(await verify(entries, headOf(entries))).toMatchObject({ valid: true, entries: length, ...counts });
  });

  it('of an older key fit as long as it is in the ring, and new ones are made with the first', async () => {
    const ring = new SealKeys([NEW, OLD]);
    const entries = chain(3);
    expect(await verify(entries, headOf(entries), null, ring)).toMatchObject({ valid: true });
    const made = ring.seal({ id: '1', hash: GENESIS_HASH, late: 0 });
    expect(made.keyId).toBe('k2');
    expect(new SealKeys([NEW]).fits(made, { id: '1', hash: GENESIS_HASH })).toBe(true);
    expect(KEYS.fits(made, { id: '1', hash: GENESIS_HASH })).toBe(false);
  });

  it('tell any set of seals that was taken away, but for the last ones', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 1, max: 12 })),
        fc.subarray([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
        async (without, gone) => {
          const entries = chain(12, without);
          const left = entries.map((entry) => (gone.includes(Number(entry.id)) ? { ...entry, seal: null } : entry));
          const removed = entries.filter(({ id, seal }) => seal !== null && gone.includes(Number(id)));
          const last = Number(headOf(left).sealedId);
          const report = await verify(left, headOf(left));
          expect(report.valid).toBe(removed.every(({ id }) => Number(id) > last));
        },
      ),
    );
  });
});
