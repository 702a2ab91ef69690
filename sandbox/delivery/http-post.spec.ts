import { isLoopback } from './http-post';

describe('isLoopback', () => {
  it.each(['http://localhost:3000/x', 'http://127.0.0.1/', 'http://127.8.9.1:1/', 'http://[::1]:3000/'])(
    'is true for %s',
    (url) => {
      expect(isLoopback(url)).toBe(true);
    },
  );

  it.each([
    'https://example.com/',
    'http://127.0.0.1.example.com/',
    'http://0.0.0.0/',
    'http://10.0.0.1/',
    'nowhere',
    '',
  ])('is false for "%s"', (url) => {
    expect(isLoopback(url)).toBe(false);
  });
});
