import { LRUCache } from 'lru-cache';
import { largeCache } from './large-cache';

describe('largeCache', () => {
  it('keeps the most recently used, no more than its bound, as a cache of a fixed size does', () => {
    const cache = largeCache<number>(3);
    const fixed = new LRUCache<string, number>({ max: 3 });
    for (let step = 0; step < 500; step += 1) {
      const key = `key-${(step * step + (step >> 2)) % 7}`;
      if (step % 3 === 0) expect(cache.get(key)).toBe(fixed.get(key));
      else if (step % 11 === 0) expect(cache.delete(key)).toBe(fixed.delete(key));
      else for (const each of [cache, fixed]) each.set(key, step);
      expect([...cache.entries()]).toEqual([...fixed.entries()]);
      expect(cache.size).toBeLessThanOrEqual(3);
    }
    expect(cache.size).toBe(3);
  });

  it('takes room only as entries come', () => {
    // A cache that reserved room for so many would fail: no array is as long.
    const cache = largeCache<number>(Number.MAX_SAFE_INTEGER);
    cache.set('a', 1);
    expect(cache.get('a')).toBe(1);
    expect(() => new LRUCache({ max: Number.MAX_SAFE_INTEGER })).toThrow();
  });
});
