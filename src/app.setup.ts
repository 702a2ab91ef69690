/** How the application is served over HTTP: shared by main and the end-to-end tests. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Logger, LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import helmet from 'helmet';
import { AccessGate } from './access/access.gate';
import { AppModule } from './app.module';
import { AppConfig } from './config/app-config';
import { nestsDeeperThan } from './core/json-depth';
import { DomainError } from './core/problem';
import { serveConsole } from './console-files/serve-console';
import { PROJECT_ROOT } from './operations/project-root';
import { isBelowWebhooks, isWebhookPath, WebhookFence } from './webhook-intake/webhook-fence';
import { ServiceLogger } from './logger';
import { holdApiConventions } from './rest/api-conventions';
import { closePort } from './rest/closing-port';
import { Draining } from './rest/draining';
import { OpenRequests } from './rest/open-requests';
import { parseJsonBody } from './rest/json-body';
import { PublicUrl } from './rest/public-url';
import { serveDocs } from './rest/docs-pages';
import { createHttpServer } from './rest/http-server';
import { createDocument } from './rest/openapi';
import { sendProblem } from './rest/problem.filter';
import { answerProtocolError } from './rest/protocol-errors';
import { trustedProxies } from './rest/trusted-proxies';
import { nameRequestSpans } from './tracing/request-spans';

const ADMIN_BODY_LIMIT_BYTES = 64 * 1024;
const ADMIN_JSON_DEPTH = 32;
const MAX_PATH_PARAMETER_LENGTH = 500;
const SAFE_REQUEST_ID = /^[A-Za-z0-9._:-]{1,128}$/;
const MANAGEMENT_ROUTES = /^\/(health|metrics)(\/|$)/;
/** In production what describes the service is not for the public either. */
const PRODUCTION_MANAGEMENT_ROUTES = /^\/(health|metrics|docs|openapi\.json)(\/|$)/;
/** How long a shutdown waits for slow requests before it answers them 503; the rest of the 10 s is for closing the database connections. */
const DRAIN_TIMEOUT_MS = 4_000;

/** A running service. */
export interface RunningApp {
  app: NestFastifyApplication;
  /** Base URLs of the listeners, e.g. `http://127.0.0.1:3000`. */
  url: string;
  managementUrl: string | null;
  /** Takes no more requests and resolves when each of those taken has its answer; the management port still answers. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

/** Builds the application and starts to listen; `consoleFolder` holds the built browser console. `config.database.url` must be set by now. */
export async function startApp(
  config: AppConfig,
  logger: LoggerService = new ServiceLogger(config),
  consoleFolder = join(PROJECT_ROOT, 'dist', 'console'),
): Promise<RunningApp> {
  const adapter = createAdapter(config);
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.register(config), adapter, {
    logger,
    bodyParser: false,
    abortOnError: false,
  });
  try {
    const fastify = adapter.getInstance<FastifyInstance>();
    let management: Server | null = null;
    const openRequests = app.get(OpenRequests);
    openRequests.install(fastify);
    if (config.tracing) nameRequestSpans(fastify);
    closeConnectionsWhile(app.get(Draining), fastify);
    // Before anything that refuses: refusals leave with these headers too.
    protectBrowsers(fastify);
    separateManagement(fastify, config, () => management);
    app.get(WebhookFence).install(fastify);
    holdApiConventions(fastify);
    app.get(AccessGate).install(fastify, isWebhookPath);
    const home = config.environment !== 'production';
    serveDocs(fastify, () => createDocument(app), { browser: home || config.http.managementPort !== null });
    serveConsole(fastify, config, consoleFolder);
    await app.listen({ port: config.http.port, host: config.http.host });
    const url = urlOf(adapter.getHttpServer<Server>());
    app.get(PublicUrl).listensAt(url);
    if (config.http.managementPort !== null) management = await listenForManagement(fastify, config);
    const running = management;
    return {
      app,
      url,
      managementUrl: running === null ? null : urlOf(running),
      drain: () => {
        app.get(Draining).begin();
        return closePort(adapter.getHttpServer<Server>(), DRAIN_TIMEOUT_MS, () => openRequests.refuseAll());
      },
      close: async () => {
        const server = adapter.getHttpServer<Server>();
        const patience = setTimeout(() => server.closeAllConnections(), DRAIN_TIMEOUT_MS);
        await app.close().finally(() => clearTimeout(patience));
        running?.closeAllConnections();
        running?.close();
      },
    };
  } catch (error) {
    await app.close();
    throw explained(error);
  }
}

/** Turns a taken port into an error with a remedy; passes every other error on. */
function explained(error: unknown): unknown {
  const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (code !== 'EADDRINUSE') return error;
  const message = `port ${port} of ${address} is already in use: stop the program that listens there, or set PORT (or MANAGEMENT_PORT) to another one`;
  return new Error(message, { cause: error });
}

function createAdapter(config: AppConfig): FastifyAdapter {
  const logger = new Logger('Http');
  const adapter = new FastifyAdapter({
    bodyLimit: ADMIN_BODY_LIMIT_BYTES,
    trustProxy: trustedProxies(config.http.trustProxy),
    serverFactory: (handle: RequestListener) => createHttpServer(handle),
    forceCloseConnections: 'idle',
    // The fence answers webhooks with a problem document of our own while the process drains.
    return503OnClosing: false,
    requestIdHeader: false,
    genReqId: ({ headers }: IncomingMessage) => {
      const given = headers['x-request-id'];
      return typeof given === 'string' && SAFE_REQUEST_ID.test(given) ? given : randomUUID();
    },
    routerOptions: {
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: true,
      maxParamLength: MAX_PATH_PARAMETER_LENGTH,
    },
    // A proxy may send the absolute form (`POST https://host/path`); only the path counts.
    rewriteUrl: ({ url = '/' }) => url.replace(/^https?:\/\/[^/?#]*/i, '') || '/',
    clientErrorHandler: answerProtocolError,
    frameworkErrors: (_error: Error, request: FastifyRequest, reply: FastifyReply) =>
      sendProblem(request, reply, new DomainError('bad_request', 'the address cannot be read'), logger),
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    if (request.raw.httpVersion === '1.0' || request.headers.host !== undefined) return done();
    sendProblem(request, reply, new DomainError('bad_request', 'the Host header is missing'), logger);
  });
  parseBodies(fastify);
  return adapter;
}

/** Webhook bodies stay the raw bytes received, since the signature covers these; everything else is JSON. */
function parseBodies(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (isWebhookPath(request)) return done(null, body);
    if (request.is404) return done(null, undefined);
    if (nestsDeeperThan(body, ADMIN_JSON_DEPTH)) {
      return done(new DomainError('bad_request', `the body nests deeper than ${ADMIN_JSON_DEPTH} levels`));
    }
    try {
      done(null, parseJsonBody(body));
    } catch (error) {
      done(error as DomainError);
    }
  });
}

/** Helmet's headers are for browsers. Webhook endpoints, which only Typeform calls, omit them. */
function protectBrowsers(fastify: FastifyInstance): void {
  const setHeaders = helmet({
    // Answers are data; a page that is one sets what it needs.
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
    crossOriginEmbedderPolicy: false,
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    if (isWebhookPath(request)) return done();
    setHeaders(request.raw, reply.raw, (error) => done(error as Error | undefined));
  });
}

/** A keep-alive connection must neither hold up the shutdown nor carry a new request into a closing socket. */
function closeConnectionsWhile(draining: Draining, fastify: FastifyInstance): void {
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (draining.started) void reply.header('connection', 'close');
    done(null, payload);
  });
}

/**
 * With MANAGEMENT_PORT, only that port serves probes and metrics, and it serves nothing else. The matched route decides, since
 * one route has many spellings. A webhook aimed at that port gets 503, so that Typeform retries: a 404 would disable it.
 */
function separateManagement(fastify: FastifyInstance, config: AppConfig, management: () => Server | null): void {
  if (config.http.managementPort === null) return;
  const logger = new Logger('Http');
  const routes = config.environment === 'production' ? PRODUCTION_MANAGEMENT_ROUTES : MANAGEMENT_ROUTES;
  fastify.addHook('onRequest', (request, reply, done) => {
    const address = management()?.address();
    const cameByManagement = typeof address === 'object' && request.socket.localPort === address?.port;
    if (cameByManagement === routes.test(request.routeOptions.url ?? '')) return done();
    const refusal = isBelowWebhooks(request.url)
      ? new DomainError('not_ready', 'the management port does not accept webhooks', { retryAfterSeconds: 60 })
      : new DomainError('not_found', 'there is nothing at this address');
    sendProblem(request, reply, refusal, logger);
  });
}

async function listenForManagement(fastify: FastifyInstance, config: AppConfig): Promise<Server> {
  const server = createHttpServer((request, response) => fastify.routing(request, response));
  server.on('clientError', answerProtocolError);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.http.managementPort ?? 0, config.http.host, resolve);
  });
  return server;
}

function urlOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
