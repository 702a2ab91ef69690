/** How the application is served over HTTP: shared by main and the end-to-end tests. */
import { randomUUID } from 'node:crypto';
import { createServer, IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Logger, LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import helmet from 'helmet';
import { AppModule } from './app.module';
import { AppConfig } from './config/app-config';
import { DomainError } from './core/problem';
import { isBelowWebhooks, isWebhookPath, WebhookFence } from './webhook-intake/webhook-fence';
import { ServiceLogger } from './logger';
import { Draining } from './rest/draining';
import { PublicUrl } from './rest/public-url';
import { serveOpenApi } from './rest/openapi';
import { sendProblem } from './rest/problem.filter';
import { trustedProxies } from './rest/trusted-proxies';
import { nameRequestSpans } from './tracing/request-spans';

const ADMIN_BODY_LIMIT_BYTES = 1_048_576;
/** Receiving a whole request and writing its answer; Typeform gives up after 30 s. */
const REQUEST_TIMEOUT_MS = 25_000;
const HEADERS_TIMEOUT_MS = 10_000;
/** Longer than the 60 s after which common load balancers close idle connections, so that they close first. */
const KEEP_ALIVE_TIMEOUT_MS = 72_000;
const MAX_PATH_PARAMETER_LENGTH = 500;
const SAFE_REQUEST_ID = /^[A-Za-z0-9._:-]{1,128}$/;
const MANAGEMENT_ROUTES = /^\/(health|metrics)(\/|$)/;
/** How long a shutdown waits for slow requests; the rest of the 10 s is for closing the database connections. */
const DRAIN_TIMEOUT_MS = 6_000;

/** A running service. */
export interface RunningApp {
  app: NestFastifyApplication;
  /** Base URLs of the listeners, e.g. `http://127.0.0.1:3000`. */
  url: string;
  managementUrl: string | null;
  close(): Promise<void>;
}

/** Builds the application and starts to listen. `config.database.url` must be set by now. */
export async function startApp(
  config: AppConfig,
  logger: LoggerService = new ServiceLogger(config),
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
    if (config.tracing) nameRequestSpans(fastify);
    closeConnectionsWhile(app.get(Draining), fastify);
    separateManagement(fastify, config, () => management);
    app.get(WebhookFence).install(fastify);
    protectBrowsers(fastify);
    serveOpenApi(app);
    await app.listen({ port: config.http.port, host: config.http.host });
    const url = urlOf(adapter.getHttpServer<Server>());
    app.get(PublicUrl).listensAt(url);
    if (config.http.managementPort !== null) management = await listenForManagement(fastify, config);
    const running = management;
    return {
      app,
      url,
      managementUrl: running === null ? null : urlOf(running),
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
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    http: { headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: 2_000 },
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
    frameworkErrors: (_error: Error, request: FastifyRequest, reply: FastifyReply) =>
      sendProblem(request, reply, new DomainError('bad_request', 'the address cannot be read'), logger),
  });
  const fastify = adapter.getInstance<FastifyInstance>();
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    done();
  });
  parseBodies(fastify);
  return adapter;
}

/** Webhook bodies stay the raw bytes received, since the signature covers these; everything else is JSON. */
function parseBodies(fastify: FastifyInstance): void {
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (isWebhookPath(request)) return done(null, body);
    void parseJson(request, body.toString('utf8'), done);
  });
}

/** Helmet's headers are for browsers. Webhook endpoints, which only Typeform calls, omit them. */
function protectBrowsers(fastify: FastifyInstance): void {
  const setHeaders = helmet({ contentSecurityPolicy: false, crossOriginEmbedderPolicy: false });
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
  fastify.addHook('onRequest', (request, reply, done) => {
    const address = management()?.address();
    const cameByManagement = typeof address === 'object' && request.socket.localPort === address?.port;
    if (cameByManagement === MANAGEMENT_ROUTES.test(request.routeOptions.url ?? '')) return done();
    const refusal = isBelowWebhooks(request.url)
      ? new DomainError('not_ready', 'the management port does not accept webhooks', { retryAfterSeconds: 60 })
      : new DomainError('not_found', 'there is nothing at this address');
    sendProblem(request, reply, refusal, logger);
  });
}

async function listenForManagement(fastify: FastifyInstance, config: AppConfig): Promise<Server> {
  const server = createServer((request, response) => fastify.routing(request, response));
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
