import { ALWAYS_ROOM_BYTES, BodyBudget } from './body-budget';

const MIB = 1024 * 1024;

/** How many bodies of a MiB find room, from addresses in turn. */
function admitted(budget: BodyBudget, addresses: readonly string[], bodies: number, known = true): number {
  let count = 0;
  for (let n = 0; n < bodies; n += 1) {
    if (budget.take(addresses[n % addresses.length] ?? '', MIB, MIB, known)) count += 1;
  }
  return count;
}

describe('BodyBudget', () => {
  it('bounds what one address, and what all together, may be sending', () => {
    expect(admitted(new BodyBudget(), ['a'], 600)).toBe(16);
    const many = Array.from({ length: 100 }, (_, n) => `address ${n}`);
    expect(admitted(new BodyBudget(), many, 600)).toBe(64);
  });

  it('keeps half of it for senders that are known', () => {
    const budget = new BodyBudget();
    const many = Array.from({ length: 100 }, (_, n) => `address ${n}`);
    expect(admitted(budget, many, 600, false)).toBe(32);
    expect(admitted(budget, ['known', 'as well'], 600)).toBe(32);
    expect(admitted(new BodyBudget(), many, 600, false)).toBe(32);
  });

  it('has room for the usual webhook when there is none for anything else', () => {
    const budget = new BodyBudget();
    admitted(budget, ['a', 'b', 'c', 'd', 'e'], 600);
    expect(budget.take('a', ALWAYS_ROOM_BYTES, MIB, true)).not.toBeNull();
    expect(budget.take('z', ALWAYS_ROOM_BYTES + 1, MIB, true)).toBeNull();
  });

  it('gives the room back', () => {
    const budget = new BodyBudget();
    for (let n = 0; n < 1_000; n += 1) budget.take('a', MIB, MIB, false)?.();
    expect(admitted(budget, ['a'], 600)).toBe(16);
  });

  it('always lets one body of the largest size in', () => {
    const budget = new BodyBudget();
    const release = budget.take('a', 100 * MIB, 100 * MIB, false);
    expect(release).not.toBeNull();
    expect(budget.take('b', MIB, 100 * MIB, false)).toBeNull();
    release?.();
    expect(budget.take('b', MIB, 100 * MIB, false)).not.toBeNull();
  });
});
