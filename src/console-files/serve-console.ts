/** The browser console at /console/, and the address / that leads there. */
import { Logger } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppConfig } from '../config/app-config';
import { DomainError } from '../core/problem';
import { sendProblem } from '../rest/problem.filter';
import { type ConsoleFile, ENCODINGS, INDEX, readConsoleFolder } from './console-folder';

/** Everything from here and nothing inline; a small picture may stand in the style sheet. */
const POLICY =
  "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
const HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
};
const NOT_BUILT = `The console is not in this installation: dist/console/index.html is missing.
Build it with "npm run build" and start the service again. Everything else works without it.
`;

/** Installs the routes. `folder` is where the build puts the console. */
export function serveConsole(fastify: FastifyInstance, config: Pick<AppConfig, 'http' | 'oidc'>, folder: string): void {
  const logger = new Logger('Http');
  const files = readConsoleFolder(folder, (html) => pageFor(html, config));
  // Relative, since a proxy may have taken a prefix away.
  fastify.get('/', (_request, reply) => reply.redirect('console/'));
  fastify.get('/console', (request, reply) => {
    const [path = ''] = request.url.split('?', 1);
    if (!path.endsWith('/')) return reply.redirect('console/');
    return serve(request, reply, INDEX);
  });
  fastify.get('/console/*', (request, reply) => serve(request, reply, (request.params as { '*': string })['*']));

  function serve(request: FastifyRequest, reply: FastifyReply, path: string): FastifyReply | undefined {
    void reply.headers(HEADERS);
    if (!files) {
      return reply
        .status(503)
        .headers({ 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
        .send(NOT_BUILT);
    }
    // The addresses of its screens are the application's own affair; one with an extension means a file.
    const file = files.get(path) ?? (/\.[a-z0-9]+$/i.test(path) ? undefined : files.get(INDEX));
    if (file) return send(request, reply, file);
    sendProblem(request, reply, new DomainError('not_found', 'the console has no such file'), logger);
    return undefined;
  }
}

/** The page with what only the configuration knows: the path it is served at, and whether there is single sign-on. */
function pageFor(html: string, { http, oidc }: Pick<AppConfig, 'http' | 'oidc'>): string {
  const prefix = http.publicUrl === null ? '' : new URL(http.publicUrl).pathname.replace(/\/$/, '');
  const base = `<base href="${prefix.replaceAll('&', '&amp;')}/console/">`;
  const signOn = oidc === null ? '' : '<meta name="single-sign-on" content="oidc">';
  return html.replace(/<base\b[^>]*>/i, '').replace(/<head\b[^>]*>/i, (head) => `${head}${base}${signOn}`);
}

function send({ headers }: FastifyRequest, reply: FastifyReply, file: ConsoleFile): FastifyReply {
  const kept = file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache';
  void reply.headers({ etag: file.etag, 'cache-control': kept, vary: 'accept-encoding' });
  if (headers['if-none-match']?.split(',').some((tag) => tag.trim() === file.etag)) return reply.status(304).send();
  const accepted = String(headers['accept-encoding'] ?? '');
  const encoding = ENCODINGS.find(
    (name) => file.encoded[name] && new RegExp(`\\b${name}\\b(?!\\s*;\\s*q=0(\\.0*)?\\s*(,|$))`).test(accepted),
  );
  void reply.header('content-type', file.type);
  if (encoding === undefined) return reply.send(file.plain);
  return reply.header('content-encoding', encoding).send(file.encoded[encoding]);
}
