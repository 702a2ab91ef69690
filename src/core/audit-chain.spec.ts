import * as fc from 'fast-check';
import { ChainedEntry, ChainHead, verifyChain } from './audit-chain';
import { auditHash, GENESIS_HASH } from './audit-hash';

/** A chain of `length` entries. */
function chain(length: number): ChainedEntry[] {
  const entries: ChainedEntry[] = [];
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
    entries.push({ ...facts, previousHash, hash: auditHash(facts, previousHash) });
  }
  return entries;
}

const headOf = (entries: ChainedEntry[]): ChainHead => entries.at(-1) ?? { id: '0', hash: GENESIS_HASH };

async function* streamed(entries: ChainedEntry[]): AsyncGenerator<ChainedEntry> {
  yield* await Promise.resolve(entries);
}

const rehashed = (entry: ChainedEntry): ChainedEntry => ({ ...entry, hash: auditHash(entry, entry.previousHash) });

describe('verifyChain', () => {
  it.each([0, 1, 2, 50])('says that an untouched chain of %i is valid', async (length) => {
    const entries = chain(length);
    const headHash = entries.at(-1)?.hash ?? null;
    expect(await verifyChain(streamed(entries), headOf(entries))).toEqual({
      valid: true,
      entries: length,
      brokenAt: null,
      headHash,
    });
  });

  it('accepts entries that were appended after the head was read', async () => {
    const entries = chain(5);
    expect(await verifyChain(streamed(entries), headOf(entries.slice(0, 3)))).toMatchObject({
      valid: true,
      entries: 5,
    });
  });

  it.each<[string, string, (entries: ChainedEntry[]) => ChainedEntry[]]>([
    ['a changed entry', '3', (e) => e.map((x) => (x.id === '3' ? { ...x, subject: 'other' } : x))],
    [
      'a changed entry with a hash that fits',
      '4',
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
    const report = await verifyChain(streamed(tampered), headOf(entries));
    expect(report).toEqual({
      valid: false,
      entries: Number(brokenAt) - 1,
      brokenAt,
      headHash: brokenAt === '1' ? null : tampered[Number(brokenAt) - 2]?.hash,
    });
  });

  it('a head that was removed breaks the chain after its last entry', async () => {
    expect(await verifyChain(streamed(chain(2)), null)).toMatchObject({ valid: false, brokenAt: '3' });
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
          const report = await verifyChain(streamed(tampered), headOf(entries));
          expect(report).toMatchObject({ valid: false, brokenAt: String(at + 1) });
        },
      ),
    );
  });
});
