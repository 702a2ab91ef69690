import { KnownSenders } from './known-senders';

describe('KnownSenders', () => {
  it('are known by a valid signature, and by their address only', () => {
    const senders = new KnownSenders();
    expect(senders.has('a')).toBe(false);
    senders.checked('a', true);
    expect([senders.has('a'), senders.has('b')]).toEqual([true, false]);
  });

  it('are not known while most of their signatures are wrong', () => {
    const senders = new KnownSenders();
    for (let n = 0; n < 100; n += 1) {
      senders.checked('a', true);
      for (let m = 0; m < 6; m += 1) senders.checked('a', false);
    }
    expect(senders.has('a')).toBe(false);
    for (let n = 0; n < 1_000; n += 1) senders.checked('a', true);
    expect(senders.has('a')).toBe(true);
  });
});
