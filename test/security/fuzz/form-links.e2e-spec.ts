/** Whatever an admin gives for a form: its id comes from the text, and from Typeform's own hosts only. */
import { parseFormReference } from '../../../src/core/form-reference';
import { DomainError } from '../../../src/core/problem';
import { changedText, corpusOf, fuzz, TEXT } from './fuzzing';

const TOKENS = [
  ...[
    'https://',
    'http://',
    'HTTPS://',
    '//',
    '/',
    '\\',
    '@',
    ':',
    ':443',
    ':8443',
    '?',
    '#',
    '..',
    '/../',
    '%2f',
    '%00',
  ],
  ...['typeform.com', '.typeform.com', 'typeform.eu', '.typeform.com.', 'typeform.com.example.com', 'evil.example'],
  ...['/to/', '/form/', '/create', '/workspaces/', '/forms/', 'admin.', 'form.', 'lT4Z3j', ' ', '\t', '\n', '\u200b'],
  ...['ｔ', '。', '\u0130', 'ß', 'xn--'],
];
const OF_TYPEFORM = /^(?:[a-z0-9_~!$&'()*+,;=.-]+\.)typeform\.(?:com|eu)$/;

it('links to a form', () =>
  fuzz(
    'form-links',
    { folder: 'form-links', notation: TEXT, arbitrary: changedText(corpusOf('form-links', TEXT), TOKENS) },
    (text) => {
      let formId: string;
      try {
        formId = parseFormReference(text);
      } catch (error) {
        expect(error).toBeInstanceOf(DomainError);
        expect(error).toMatchObject({ code: 'validation_failed' });
        return;
      }
      expect(formId).toMatch(/^[A-Za-z0-9]{4,32}$/);
      if (text.trim() === formId) return;
      const { protocol, hostname, port, username, password, pathname } = new URL(text.trim());
      expect({ protocol, port, username, password }).toEqual({
        protocol: 'https:',
        port: '',
        username: '',
        password: '',
      });
      expect(hostname).toMatch(OF_TYPEFORM);
      expect(pathname.split('/')).toContain(formId);
    },
  ));
