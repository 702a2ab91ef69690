import * as fc from 'fast-check';
import { keyIdOf, KeyRing, open, seal } from './secret-box';

const oldKey = { id: 'k1', key: Buffer.alloc(32, 1) };
const newKey = { id: 'k2', key: Buffer.alloc(32, 2) };
const ring: KeyRing = [newKey, oldKey];

describe('secret box', () => {
  it('opens what it sealed, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => open(ring, seal(ring, text, 'row'), 'row') === text),
    );
  });

  it('never seals the same text to the same bytes', () => {
    expect(seal(ring, 'secret', 'row')).not.toBe(seal(ring, 'secret', 'row'));
  });

  it('encrypts with the first key and still opens boxes of older ones', () => {
    const old = seal([oldKey], 'secret', 'row');
    expect(seal(ring, 'secret', 'row')).toMatch(/^k2\./);
    expect(keyIdOf(old)).toBe('k1');
    expect(open(ring, old, 'row')).toBe('secret');
    expect(() => open([newKey], old, 'row')).toThrow(/no key 'k1' in ENCRYPTION_KEYS/);
  });

  it('does not open in another context', () => {
    const box = seal(ring, 'secret', 'row 1');
    expect(() => open(ring, box, 'row 2')).toThrow();
  });

  it('does not open when any character was changed or cut', () => {
    const box = seal(ring, 'secret', 'row');
    const at = box.length - 4;
    const changed = box.slice(0, at) + (box[at] === 'A' ? 'B' : 'A') + box.slice(at + 1);
    expect(() => open(ring, changed, 'row')).toThrow();
    expect(() => open(ring, box.slice(0, -8), 'row')).toThrow();
    expect(() => open(ring, 'k2', 'row')).toThrow();
  });
});
