/** The browser console as the service hands it out: contract section 10. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { startTestApp, TestApp } from './support/test-app';

const SCRIPT = `console.log(${JSON.stringify('a'.repeat(5_000))});`;

let folder: string;
let app: TestApp;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'onboarding-console-'));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(
    join(folder, 'index.html'),
    '<!doctype html><html><head><title>Console</title></head><body></body></html>',
  );
  writeFileSync(join(folder, 'assets', 'index-3fa9.js'), SCRIPT);
  writeFileSync(join(folder, 'assets', 'index-3fa9.js.br'), brotliCompressSync(SCRIPT));
  writeFileSync(join(folder, 'assets', 'index-3fa9.js.gz'), gzipSync(SCRIPT));
  writeFileSync(join(folder, 'assets', 'index-3fa9.js.map'), '{}');
  writeFileSync(join(folder, '.env.json'), '{}');
  app = await startTestApp({ PUBLIC_URL: 'http://127.0.0.1:1/a&b/' }, { consoleFolder: folder });
});
afterAll(async () => {
  await app.stop();
  rmSync(folder, { recursive: true, force: true });
});

it('leads from / to the page, whatever prefix a proxy has taken away', async () => {
  for (const path of ['/', '/console']) {
    const { headers } = await app.http.get(path).expect(302);
    expect(headers.location).toBe('console/');
  }
  // Typeform follows no redirect.
  await app.http.get('/webhooks').expect(405);
});

it.each(['/console/', '/console/clients/8d3c6b1e', '/console/submissions/lT4Z3j/abc?status=dead'])(
  '%s is the page, with the path it is served at, and nothing may be added to it',
  async (path) => {
    const { text, headers } = await app.http.get(path).expect(200);
    expect(text).toContain('<head><base href="/a&amp;b/console/"><title>');
    expect(text).not.toContain('single-sign-on');
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
    });
    const policy = String(headers['content-security-policy']);
    expect(policy).toMatch(/^default-src 'self';/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    await app.http.get(path).set('if-none-match', String(headers.etag)).expect(304);
  },
);

it('files with a hash in their name are kept for ever and sent compressed', async () => {
  const path = '/console/assets/index-3fa9.js';
  const plain = await app.http.get(path).set('accept-encoding', 'identity').expect(200);
  expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  expect(plain.headers['content-type']).toBe('text/javascript; charset=utf-8');
  expect(plain.headers).not.toHaveProperty('content-encoding');
  for (const [accepted, expected] of [
    ['gzip, deflate, br', 'br'],
    ['br;q=0, gzip', 'gzip'],
  ] as const) {
    const { headers } = await app.http.get(path).set('accept-encoding', accepted).expect(200);
    expect(headers['content-encoding']).toBe(expected);
  }
  const unpacked = await app.http.get(path).set('accept-encoding', 'gzip').buffer(true).expect(200);
  expect(unpacked.text ?? String(unpacked.body)).toBe(SCRIPT);
  await app.http.head(path).expect(200);
});

it.each([
  '/console/assets/missing.js',
  '/console/assets/index-3fa9.js.map',
  '/console/.env.json',
  '/console/..%2f..%2fpackage.json',
  '/console/%2e%2e/%2e%2e/package.json',
])('%s is no file of the console', async (path) => {
  const { body } = await app.http.get(path).expect(404);
  expect(body).toMatchObject({ code: 'not_found' });
});

it('without a built console it says what to do, and everything else works', async () => {
  const bare = await startTestApp({}, { database: app.database, consoleFolder: join(folder, 'missing') });
  try {
    const { text } = await bare.http.get('/console/').expect(503);
    expect(text).toContain('npm run build');
    await bare.admin('get', '/v1/forms').expect(200);
  } finally {
    await bare.stop();
  }
});
