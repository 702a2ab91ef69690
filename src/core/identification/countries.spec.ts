import { countryOfState } from './countries';

describe('countryOfState', () => {
  it.each([
    ['Texas', 'en', 'US'],
    ['tx', 'en', 'US'],
    ['British Columbia', 'en', 'CA'],
    ['ON', 'en', 'CA'],
    ['Québec', 'fr', 'CA'],
    ['NSW', 'en', 'AU'],
    // Washington before Western Australia.
    ['WA', 'en', 'US'],
    ['ME', 'fr', null],
    ['SP', 'pt', 'BR'],
    ['Ontario', 'de', null],
  ] as const)('%s in a form in %s is %s', (state, language, country) => {
    expect(countryOfState(state, language)).toBe(country);
  });
});
