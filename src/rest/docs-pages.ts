/**
 * The OpenAPI document at /openapi.json and its browser at /docs, from memory: each file is read and compressed once, so that many
 * requests cost neither file descriptors nor work.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const ASSETS: Record<string, string> = {
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'swagger-ui.css': 'text/css; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};
const START = `window.ui = SwaggerUIBundle({
  url: document.currentScript.dataset.document,
  dom_id: '#swagger-ui',
  presets: [SwaggerUIBundle.presets.apis],
});
`;
/** Swagger UI sets styles from its script. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

interface Stored {
  type: string;
  plain: Buffer;
  zipped: Buffer;
  tag: string;
}

/** `document` makes the OpenAPI document, once; without `browser` there is no /docs. */
export function serveDocs(fastify: FastifyInstance, document: () => object, { browser }: { browser: boolean }): void {
  const stored = new Map<string, Stored>();
  const serve = (url: string, type: string, content: () => Buffer): void => {
    fastify.get(url, (request, reply) => {
      const file = stored.get(url) ?? toStored(type, content());
      stored.set(url, file);
      return send(request, reply, file);
    });
  };
  serve('/openapi.json', 'application/json; charset=utf-8', () => Buffer.from(JSON.stringify(document())));
  if (!browser) return;
  // Not imported: that would run the browser's code here.
  const assets = dirname(require.resolve('swagger-ui-dist/package.json'));
  for (const [name, type] of Object.entries(ASSETS)) {
    serve(`/docs/${name}`, type, () => readFileSync(join(assets, name)));
  }
  serve('/docs/start.js', 'text/javascript; charset=utf-8', () => Buffer.from(START));
  fastify.get('/docs', (request, reply) => {
    // The address with a slash at its end is a folder of its own for relative links.
    const below = (request.url.split('?', 1)[0] ?? '').endsWith('/');
    return reply
      .header('content-security-policy', POLICY)
      .type('text/html; charset=utf-8')
      .send(below ? page('', '../') : page('docs/', ''));
  });
}

function page(assets: string, root: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Typeform onboarding: API</title>
<link rel="stylesheet" href="${assets}swagger-ui.css">
<link rel="icon" href="${assets}favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="${assets}swagger-ui-bundle.js"></script>
<script src="${assets}start.js" data-document="${root}openapi.json"></script>
</body>
</html>
`;
}

function toStored(type: string, plain: Buffer): Stored {
  const tag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`;
  return { type, plain, zipped: gzipSync(plain), tag };
}

function send({ headers }: FastifyRequest, reply: FastifyReply, { type, plain, zipped, tag }: Stored): FastifyReply {
  void reply.headers({ etag: tag, 'cache-control': 'no-cache', vary: 'accept-encoding' });
  if (headers['if-none-match'] === tag) return reply.status(304).send();
  void reply.type(type);
  if (!/\bgzip\b/.test(String(headers['accept-encoding'] ?? ''))) return reply.send(plain);
  return reply.header('content-encoding', 'gzip').send(zipped);
}
