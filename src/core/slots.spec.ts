import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Slots } from './slots';

describe('Slots', () => {
  it('hold what was put in and has not left, and are used again', () => {
    const slots = new Slots<string>();
    const [a, b, c] = ['a', 'b', 'c'].map((value) => slots.take(value));
    if (a === undefined || b === undefined || c === undefined) throw new Error('three slots were taken');
    expect(new Set([a, b, c]).size).toBe(3);
    slots.leave(b);
    expect(slots.values().sort()).toEqual(['a', 'c']);
    expect(slots.take('d')).toBe(b);
    expect(slots.values().sort()).toEqual(['a', 'c', 'd']);
    for (const slot of [a, b, c]) slots.leave(slot);
    expect(slots.values()).toEqual([]);
  });

  it('let go of what has left, also after a collection of the whole heap', () => {
    setFlagsFromString('--expose-gc');
    const collectAll = runInNewContext('gc') as () => void;
    setFlagsFromString('--no-expose-gc');
    const oldBytes = (): number =>
      getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space')?.space_used_size ?? NaN;
    const slots = new Slots<number[]>();
    const open: number[] = [];
    let before = 0;
    for (let index = 0; index < 100_000; index += 1) {
      if (index === 1_000) {
        collectAll();
        before = oldBytes();
      }
      open.push(slots.take(new Array<number>(100).fill(index)));
      // More and fewer are open by turns, so that a table would grow and shrink.
      const few = index % 37 < 20 ? 12 : 2;
      while (open.length > few) slots.leave(open.shift() ?? 0);
    }
    // 80 MB came and went. With a Map, 5 MB of it would still be there.
    expect((oldBytes() - before) / 1e6).toBeLessThan(2);
  });
});
