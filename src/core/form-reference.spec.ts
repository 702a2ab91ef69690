import * as fc from 'fast-check';
import { parseFormReference } from './form-reference';
import { DomainError } from './problem';

describe('parseFormReference', () => {
  it.each([
    ['lT4Z3j'],
    ['  lT4Z3j '],
    ['https://form.typeform.com/to/lT4Z3j'],
    ['https://acme.typeform.com/to/lT4Z3j'],
    ['https://acme.typeform.com/to/lT4Z3j/'],
    ['https://acme.typeform.com/to/lT4Z3j?utm_source=x#email=y'],
    ['HTTPS://ACME.TYPEFORM.COM/to/lT4Z3j'],
    ['https://acme.typeform.eu/to/lT4Z3j'],
    ['https://admin.typeform.com/form/lT4Z3j/create'],
    ['https://admin.typeform.com/form/lT4Z3j/results'],
    ['https://admin.typeform.com/form/lT4Z3j/create?block=1'],
    ['https://admin.typeform.com/form/lT4Z3j/connect/webhooks'],
    ['https://admin.typeform.eu/form/lT4Z3j'],
    ['https://admin.typeform.com/accounts/01ABC/workspaces/x9/form/lT4Z3j/create'],
    ['https://admin.typeform.com/workspaces/x9/forms/lT4Z3j'],
  ])('finds the id in %s', (text) => {
    expect(parseFormReference(text)).toBe('lT4Z3j');
  });

  it.each([
    [''],
    ['l T4Z3j'],
    ['../lT4Z3j'],
    ['http://form.typeform.com/to/lT4Z3j'],
    ['https://typeform.com.evil.example/to/lT4Z3j'],
    ['https://eviltypeform.com/to/lT4Z3j'],
    ['https://form-typeform.com/to/lT4Z3j'],
    ['https://form.typeform.com.example.com/to/lT4Z3j'],
    ['https://form.typeform.com@example.com/to/lT4Z3j'],
    ['https://user:pw@form.typeform.com/to/lT4Z3j'],
    ['https://form.typeform.com:8443/to/lT4Z3j'],
    ['https://example.com/?next=https://form.typeform.com/to/lT4Z3j'],
    ['see https://form.typeform.com/to/lT4Z3j'],
    ['<iframe src="https://form.typeform.com/to/lT4Z3j"></iframe>'],
    ['https://form.typeform.com/to/lT4Z3j/../x'],
    ['https://form.typeform.com/to/%6c'],
    ['https://form.typeform.com/embed/lT4Z3j'],
    ['https://form.typeform.com/to/'],
    ['https://admin.typeform.com/user'],
    ['javascript:https://form.typeform.com/to/lT4Z3j'],
  ])('refuses %s', (text) => {
    expect(() => parseFormReference(text)).toThrow(DomainError);
  });

  it('never throws anything else, and only ever returns an id', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl()), (text) => {
        try {
          return /^[A-Za-z0-9]{4,32}$/.test(parseFormReference(text));
        } catch (error) {
          return error instanceof DomainError && error.code === 'validation_failed';
        }
      }),
    );
  });
});
