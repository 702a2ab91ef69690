import { birthdayValue } from './birthday-values';

describe('birthdayValue', () => {
  it.each([
    ['1990-05-17', null, null, '1990-05-17'],
    ['1999-08-01T00:00:00Z', null, null, '1999-08-01'],
    ['01/02/1999', 'dmy', null, '1999-02-01'],
    ['01/02/1999', 'mdy', null, '1999-01-02'],
    ['01/02/1999', null, 'fr', '1999-02-01'],
    ['25/12/1980', null, 'en', '1980-12-25'],
    ['12/25/1980', null, 'en', '1980-12-25'],
    ['07.08.2006', null, 'en', '2006-08-07'],
    ['14/07/75', 'dmy', null, '1975-07-14'],
    ['14/07/15', 'dmy', null, '2015-07-14'],
    ['7 août 2006', null, 'fr', '2006-08-07'],
    ['August 7th, 2006', null, 'en', '2006-08-07'],
    ['3 de mayo de 1995', null, 'es', '1995-05-03'],
  ] as const)('%s (%s, %s) is %s', (text, order, language, expected) => {
    expect(birthdayValue(text, order, language, 2026)).toEqual({ value: expected, normalised: true });
  });

  it('keeps a date as typed whose order nothing tells', () => {
    expect(birthdayValue('01/02/1999', null, 'en')).toEqual({ value: '01/02/1999', normalised: false });
  });

  it.each(['1990-02-30', '31/02/1999', 'hello', '1999', '-', '1850-01-01'])('%s is no birthday', (text) => {
    expect(birthdayValue(text, 'dmy', null)).toBeNull();
  });
});
