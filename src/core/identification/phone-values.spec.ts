import type { CountryCode } from './countries';
import { canonicalPhone, NO_COUNTRY, phoneValue } from './phone-values';

const told = (country: CountryCode) => ({ ...NO_COUNTRY, told: [country] });

describe('canonicalPhone', () => {
  it.each([
    ['+12025550123', '+12025550123'],
    ['+1 (202) 555-0123', '+12025550123'],
    ['＋１ 202 555 0123', '+12025550123'],
    ['0044 20 7946 0958', '+442079460958'],
    ['(+351) 912 345 678', '+351912345678'],
    ['tel:+12025550123', '+12025550123'],
    ['+351 912 345 678 (WhatsApp)', '+351912345678'],
    ['+351912345678 / +351961234567', '+351912345678'],
    ['+49 (0)5251 1234-27', '+495251123427'],
    ['+1 202 555 0123 ext 5', '+12025550123'],
    ['+5215512345678', '+525512345678'],
    ['+551185551234', '+5511985551234'],
    ['call +12025550123', '+12025550123'],
    ['2025550123', null],
    ['+1202555', null],
    ['+999123456789', null],
    ["+12025550123 is my wife's", null],
    [`+12025550123${' '.repeat(3000)}4`, null],
    ['', null],
  ])('%j becomes %j', (text, expected) => {
    expect(canonicalPhone(text)).toBe(expected);
  });
});

describe('phoneValue', () => {
  it.each<[string, CountryCode, string]>([
    ['912 345 678', 'PT', '+351912345678'],
    ['(202) 555-0123', 'US', '+12025550123'],
    ['030 23125 123 oder 0171 3920028', 'DE', '+493023125123'],
    ['11 8555-1234', 'BR', '+5511985551234'],
    ['079 555 01 23', 'CH', '+41795550123'],
    ['(202) 555-0123 (home) (202) 555-0124 (work)', 'US', '+12025550123'],
  ])('reads %s in %s', (text, country, expected) => {
    expect(phoneValue(text, told(country))).toEqual({ value: expected, normalised: true });
  });

  it('takes the country that a number is written as', () => {
    const german = { told: [], likely: ['DE', 'AT', 'CH'] as const, favourites: ['DE'] as const, spoken: null };
    expect(phoneValue('079 555 01 23', german)?.value).toBe('+41795550123');
    expect(phoneValue('0171 3920012', german)?.value).toBe('+491713920012');
    expect(phoneValue('0532 555 01 24', german)).toEqual({ value: '0532 555 01 24', normalised: false });
  });

  it.each(['91234-5678', '9 1234-5678', '3234-5678'])('knows a Brazilian number without its area code: %s', (text) => {
    const portuguese = {
      told: [],
      likely: ['BR', 'PT', 'AO'] as const,
      favourites: ['BR', 'PT'] as const,
      spoken: null,
    };
    expect(phoneValue(text, portuguese)).toEqual({ value: text, normalised: false });
  });

  it('keeps a number as typed where nothing tells the country', () => {
    expect(phoneValue('912 345 678', NO_COUNTRY)).toEqual({ value: '912 345 678', normalised: false });
  });

  it.each(['n/a', '12', 'call me', '-', ''])('finds no number in %j', (text) => {
    expect(phoneValue(text, told('PT'))).toBeNull();
  });
});
