import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../../../dist/console');
const TYPES: Record<string, string> = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

export async function serveConsole(api: string): Promise<{ url: string; stop: () => Promise<void> }> {
  const server = createServer((asked, answer) => {
    const { pathname } = new URL(asked.url ?? '/', 'http://x');
    if (!pathname.startsWith('/console')) {
      const onward = request(api + asked.url, { method: asked.method, headers: asked.headers }, (from) => {
        answer.writeHead(from.statusCode ?? 502, from.headers);
        from.pipe(answer);
      });
      onward.on('error', () => answer.destroy());
      asked.on('close', () => onward.destroy());
      asked.pipe(onward);
      return;
    }
    let file = join(ROOT, pathname.slice('/console'.length));
    if (!existsSync(file) || statSync(file).isDirectory()) file = join(ROOT, 'index.html');
    const page = file.endsWith('index.html');
    const body = readFileSync(file);
    answer.writeHead(200, {
      'content-type': page ? 'text/html' : (TYPES[extname(file)] ?? 'text/plain'),
      'content-security-policy': "default-src 'self'",
    });
    answer.end(page ? body.toString().replace('<head>', '<head><base href="/console/">') : body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
