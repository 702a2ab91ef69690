import { bodyNames, isNobody, type PersonQuery, textNames, wantedPerson } from './person-traces';

const names = (query: PersonQuery, text: string): boolean => textNames([wantedPerson(query)], text);
const body = (event: unknown): Uint8Array => Buffer.from(JSON.stringify(event));

describe('an e-mail is found', () => {
  it.each([
    'ana@example.com',
    'ANA@Example.COM',
    'Write to <ana@example.com>.',
    'mailto:ana@example.com',
    'https://example.org/?email=ana%40example.com&x=1',
    'https://example.org/?email=ana@example.com&x=1',
    'bob@example.com,ana@example.com',
    'bob@example.com/ana@example.com',
    'ａｎａ＠example.com',
    'an\u200Ba@example.com',
    "'ana@example.com'",
  ])('%j', (text) => {
    expect(names({ email: ' Ana@example.com' }, text)).toBe(true);
  });

  it.each(['user@пример.рф', 'user@xn--e1afmkfd.xn--p1ai', 'USER@ПРИМЕР.РФ'])(
    '%j, however its domain is written',
    (text) => {
      expect(names({ email: 'user@xn--e1afmkfd.xn--p1ai' }, text)).toBe(true);
      expect(names({ email: 'user@Пример.рф' }, text)).toBe(true);
    },
  );

  it.each([
    'diana@example.com',
    'b.ana@example.com',
    'x+ana@example.com',
    'ana@example.com.br',
    'ana@example.community',
    'ana@sub.example.com',
    'aná@example.com',
    'ana at example.com',
  ])('%j is somebody else', (text) => {
    expect(names({ email: 'ana@example.com' }, text)).toBe(false);
  });
});

describe('a phone is found', () => {
  it.each([
    '+12025550123',
    '12025550123',
    '2025550123',
    '(202) 555-0123',
    'call +1 (202) 555 0123 after six',
    '001 202.555.0123',
    '011 1 202 555 0123',
    'room 5, 202 555 0123',
    '202 555 0199 / 202 555 0123',
    '２０２５５５０１２３',
  ])('%j', (text) => {
    expect(names({ phone: '+1 202-555-0123' }, text)).toBe(true);
  });

  it.each(['+49 (0)30 901820', '030/901820', '0049 30 90 18 20', '+4930901820'])('%j, in its country too', (text) => {
    expect(names({ phone: '+49 30 901820' }, text)).toBe(true);
  });

  it('that is asked for without its country code, at the end of any number', () => {
    expect(names({ phone: '202 555 0123' }, '+12025550123')).toBe(true);
    expect(names({ phone: '202 555 0123' }, '+120255501234')).toBe(false);
  });

  it.each(['+12025550124', '20255501234', '992025550123', '+442025550123', '202 555', '2025-55-01'])(
    '%j is another number',
    (text) => {
      expect(names({ phone: '+12025550123' }, text)).toBe(false);
    },
  );
});

describe('a name is found', () => {
  it('whatever its order, case and accents, but only whole words', () => {
    expect(names({ name: 'José García' }, 'GARCIA, Jose')).toBe(true);
    expect(names({ name: 'Jose Garcia' }, 'José Luis García')).toBe(true);
    expect(names({ name: 'Jo Garcia' }, 'José García')).toBe(false);
  });
});

describe('a body', () => {
  const wanted = [wantedPerson({ email: 'ana@example.com', phone: '+12025550123', name: 'Ana Silva' })];

  it.each<[string, unknown]>([
    ['in an answer', { form_response: { answers: [{ type: 'email', email: 'Ana@Example.com' }] } }],
    ['in a hidden field, as a number', { form_response: { hidden: { tel: 12025550123 } } }],
    ['in two answers', { form_response: { answers: [{ text: 'Ana' }, { text: 'Silva' }] } }],
    ['somewhere unknown', { form_response: { token: 't', extra: [[[{ deep: ['ana@example.com'] }]]] } }],
    ['outside', { contact: 'ana@example.com', form_response: { token: 't' } }],
    ['in none of the known parts', ['ana@example.com']],
  ])('names a person %s', (_where, event) => {
    expect(bodyNames(wanted, body(event))).toBe(true);
  });

  it('does not by the words of its questions', () => {
    const definition = { fields: [{ title: 'Ask ana@example.com or +1 202 555 0123' }] };
    expect(bodyNames(wanted, body({ form_response: { token: 't', definition } }))).toBe(false);
  });

  it.each([
    '{"email":"ana@example.com"',
    '{"email":"ana\\u0040example.com"',
    'tel=(202) 555-0123',
    '\xff ana@example.com',
  ])('that cannot be parsed is read as text: %j', (text) => {
    expect(bodyNames(wanted, Buffer.from(text, 'latin1'))).toBe(true);
  });

  it('however deep or long, in little time', () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    for (const text of [
      deep,
      JSON.stringify('1 '.repeat(500_000)),
      JSON.stringify('(+'.repeat(500_000)),
      JSON.stringify('a@'.repeat(500_000)),
    ])
      expect(bodyNames(wanted, Buffer.from(text))).toBe(false);
  });
});

it('what can be nobody is told', () => {
  expect(isNobody(wantedPerson({ email: 'ana' }))).toBe(true);
  expect(isNobody(wantedPerson({ phone: '123' }))).toBe(true);
  expect(isNobody(wantedPerson({ name: '?' }))).toBe(true);
  expect(isNobody(wantedPerson({ name: 'Ana' }))).toBe(false);
});
