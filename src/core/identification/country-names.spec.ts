import { countryOf } from './country-names';

describe('countryOf', () => {
  it.each([
    ['Germany', 'DE'],
    ['Alemanha', 'DE'],
    ['Deutschland', 'DE'],
    ['The Netherlands', 'NL'],
    ['Philippines (the)', 'PH'],
    ['Nederland', 'NL'],
    ['日本', 'JP'],
    ['U.K.', 'GB'],
    ['London, UK', 'GB'],
    ['United Kingdom (+44)', 'GB'],
    ['Dubai, UAE', 'AE'],
    ['Hong Kong', 'HK'],
    ['CA', 'CA'],
    // A state, not Canada.
    ['Los Angeles, CA', null],
    ['Atlanta, Georgia', null],
    ['Georgia', 'GE'],
    ['UK & Ireland', null],
    ['United Kingdom of Great Britain and Northern Ireland', 'GB'],
    ['La France', 'FR'],
    ['Bundesrepublik Deutschland', 'DE'],
    ['Europe', null],
    ['', null],
  ])('%j is %j', (text, country) => {
    expect(countryOf(text)).toBe(country);
  });
});
