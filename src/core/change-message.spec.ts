import fc from 'fast-check';
import { type Change, CHANGE_KINDS, decodeChanges, encodeChanges } from './change-message';

const changes = fc.array(
  fc.record<Change>({
    kind: fc.constantFrom(...CHANGE_KINDS),
    ids: fc.array(fc.string({ unit: 'binary', maxLength: 300 })),
  }),
  { maxLength: CHANGE_KINDS.length },
);

it('a message fits a notification and names every kind; ids are all there or left out', () => {
  fc.assert(
    fc.property(changes, (sent) => {
      const message = encodeChanges(sent);
      expect(Buffer.byteLength(message)).toBeLessThan(8_000);
      const received = decodeChanges(message);
      const fits = Buffer.byteLength(JSON.stringify(sent)) < 8_000;
      expect(received).toEqual(fits ? sent : sent.map(({ kind }) => ({ kind, ids: [] })));
    }),
  );
});

it.each([
  '',
  'null',
  '{}',
  '[null,1]',
  '[{"kind":"people","ids":[]}]',
  '[{"kind":"clients"}]',
  '[{"kind":"clients","ids":[1]}]',
])('what another release may have written says nothing: %s', (message) => expect(decodeChanges(message)).toEqual([]));
