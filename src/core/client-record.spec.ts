import { clientRecord, saysAnything } from './client-record';
import type { Identifiers } from './identifiers';

const found = (value: string, normalised?: false) => ({
  value,
  source: 'field:x',
  confidence: 0.9,
  ...(normalised === false ? { normalised } : {}),
});
const record = (identifiers: Identifiers, minute = 0) => ({
  id: `form/r${minute}`,
  submittedAt: new Date(minute * 60_000),
  completed: true,
  identifiers,
});
const by = (value: string | null) => ({ value, correctedAt: '2026-01-01T00:00:00.000Z' });

describe("a client's record", () => {
  it('shows the e-mail it is found by, and the newest phone', () => {
    const { phone, identifiers } = clientRecord('a@example.com', {}, [
      record({ email: found('a@example.com'), phone: found('+12025550101') }, 1),
      record({ phone: found('+12025550102') }, 2),
      record({ email: found('none@none.com'), fullName: found('Ana') }, 3),
    ]);
    expect(phone).toBe('+12025550102');
    expect(identifiers).toMatchObject({ email: { value: 'a@example.com' }, fullName: { from: 'form/r3' } });
  });

  it('shows what was typed only where nothing finds the client, and never what stands for nobody', () => {
    const typed = record({ email: found('a&b@example.com', false), phone: found('555 0101', false) });
    expect(clientRecord(null, {}, [typed])).toMatchObject({
      phone: null,
      identifiers: { email: { value: 'a&b@example.com' }, phone: { value: '555 0101' } },
    });
    const better = record({ phone: found('+12025550101') });
    expect(clientRecord(null, {}, [typed, better])).toMatchObject({ phone: '+12025550101' });
    expect(clientRecord(null, {}, [record({ email: found('none@none.com') })]).identifiers).toEqual({});
  });

  it('is what an admin says where one has said something', () => {
    const responses = [record({ firstName: found('Ana'), lastName: found('Gracia'), fullName: found('Ana Gracia') })];
    const { identifiers, phone } = clientRecord(
      null,
      { lastName: by('Garcia'), phone: by('+12025550101'), company: by(null) },
      responses,
    );
    const admin = { source: 'admin', confidence: 1, from: null };
    expect(identifiers).toMatchObject({
      firstName: { value: 'Ana', from: 'form/r0' },
      lastName: { value: 'Garcia', ...admin },
      fullName: { value: 'Ana Garcia', ...admin },
    });
    expect(phone).toBe('+12025550101');
    expect(clientRecord(null, { firstName: by(null), lastName: by(null) }, responses).identifiers).toEqual({});
    expect(clientRecord(null, { fullName: by('A. G.'), lastName: by('G.') }, responses).identifiers).toMatchObject({
      fullName: { value: 'A. G.' },
      lastName: { value: 'G.' },
    });
  });
});

it.each<[string, Identifiers, boolean]>([
  ['nothing', {}, false],
  ['an address that stands for nobody', { email: found('none@none.com') }, false],
  ['an address as typed', { email: found('a&b@example.com', false) }, true],
  ['a birthday', { birthday: found('1990-01-01') }, true],
])('%s says of a person: anything? %#', (_what, identifiers, expected) => {
  expect(saysAnything(identifiers)).toBe(expected);
});
