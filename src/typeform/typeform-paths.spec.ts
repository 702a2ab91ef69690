import fc from 'fast-check';
import { formPath, responseIds, responsesPath, webhookPath, webhooksPath } from './typeform-paths';

describe('paths', () => {
  it('name the form and the tag', () => {
    expect(formPath('aB3xY9')).toBe('/forms/aB3xY9');
    expect(webhooksPath('123456')).toBe('/forms/123456/webhooks');
    expect(webhookPath('aB3xY9', 'my-tag_1')).toBe('/forms/aB3xY9/webhooks/my-tag_1');
    expect(responsesPath('aB3xY9')).toBe('/forms/aB3xY9/responses');
    expect(responseIds(['a1', 'b2'])).toBe('a1,b2');
  });

  it.each(['', '.', '..', 'a/b', 'a%2Fb', 'a?b', 'a#b', 'a b', 'ä', 'a\n', 'x'.repeat(65)])(
    'refuse %j as an id and as a tag',
    (text) => {
      const refused = expect.objectContaining({ code: 'validation_failed' });
      expect(() => formPath(text)).toThrow(refused);
      expect(() => webhookPath('abc', text)).toThrow(refused);
    },
  );

  it('refuse ids of responses that would become other parameters', () => {
    for (const id of ['a,b', 'a&x=1', '']) expect(() => responseIds([id])).toThrow('ids');
  });

  it('whatever is given, either throws or stays below the form', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (formId, tag) => {
        let path: string;
        try {
          path = webhookPath(formId, tag);
        } catch {
          return;
        }
        expect(new URL(path, 'https://api.typeform.com').pathname).toBe(`/forms/${formId}/webhooks/${tag}`);
      }),
    );
  });
});
