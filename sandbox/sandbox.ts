import type { FastifyInstance } from 'fastify';
import type { AddressInfo } from 'node:net';
import { accountApi } from './api/account-api';
import type { Gate } from './api/api-server';
import { CallLog } from './api/call-log';
import { formsApi } from './api/forms-api';
import { oauthApi, OAuthTokens } from './api/oauth-api';
import { RateLimiter } from './api/rate-limiter';
import { responsesApi } from './api/responses-api';
import { webhooksApi } from './api/webhooks-api';
import { SandboxControl } from './control/control';
import { controlRoutes } from './control/control-routes';
import { DeliveryEngine } from './delivery/delivery-engine';
import { DeliveryLog } from './delivery/delivery-log';
import { Sender } from './delivery/sender';
import { Faults } from './faults';
import { Random } from './random';
import { createServer } from './server';
import { DEFAULT_SETTINGS, type SandboxSettings } from './settings';
import { Store } from './store';
import { Scheduler } from './time/scheduler';
import { SimulatedClock } from './time/simulated-clock';
import { systemTime, type TimeSource } from './time/time-source';

export interface SandboxOptions extends Partial<SandboxSettings> {
  /** Default 127.0.0.1: the control routes need no token. */
  host?: string;
  /** 0 takes a free one. */
  port: number;
  /** The bearer token that the API accepts. */
  apiKey: string;
  /** The same seed gives the same forms and the same submissions. Default 1. */
  seed?: number | string;
  /** How fast the sandbox's clock runs: 1 real time (the default), 60 turns a second into a minute, 0 stops the clock. */
  clockSpeed?: number;
  /** What the clock says at start; default: now. */
  startAt?: Date;
  /** Base URL in `_links.responses` of every form; callers at any other host see empty responses (accounts of the EU). */
  responsesBaseUrl?: string;
  log?: (line: string) => void;
  time?: TimeSource;
}

/** A Typeform stand-in on its own port: API, webhooks and control routes. */
export class TypeformSandbox {
  private constructor(
    private readonly app: FastifyInstance,
    private readonly scheduler: Scheduler,
    private readonly sender: Sender,
    /** Base URL, without a trailing slash. */
    readonly url: string,
    readonly accountId: string,
    /** The control routes as methods. */
    readonly control: SandboxControl,
  ) {}

  /** Starts a sandbox with a fresh account and resolves when it listens. */
  static async start(options: SandboxOptions): Promise<TypeformSandbox> {
    const { host = '127.0.0.1', port, apiKey, time = systemTime, log: trace = () => undefined } = options;
    const seed = String(options.seed ?? 1);
    const initialSettings = settingsOf(options);
    const settings = { ...initialSettings };
    const clock = new SimulatedClock(time, { speed: options.clockSpeed ?? 1, startAtMs: options.startAt?.getTime() });
    const scheduler = new Scheduler(clock, time, () => settings.deliveryConcurrency);
    const ids = new Random('ids', seed);
    const accountId = new Random('account', seed).ulid(0);
    const [store, log, faults, calls, limiter] = [
      new Store(),
      new DeliveryLog(),
      new Faults(),
      new CallLog(),
      new RateLimiter(),
    ];
    const sender = new Sender({ settings, clock, time, seed });
    const engine = new DeliveryEngine({ store, log, faults, settings, clock, scheduler, sender, seed, trace });
    const { responsesBaseUrl } = options;
    const control = new SandboxControl({
      ...{ store, log, faults, calls, limiter, settings, initialSettings },
      ...{ engine, scheduler, clock, ids, seed, responsesBaseUrl },
    });

    const app = createServer(trace);
    const oauth = new OAuthTokens(clock, ids);
    const scopesOf = (token: string) => (token === apiKey ? settings.scopes : oauth.scopesOf(token));
    const gate: Gate = { faults, settings, limiter, calls, time, scopesOf };
    formsApi(app, { gate, store, clock, ids });
    webhooksApi(app, { gate, store, clock, engine, ids });
    responsesApi(app, { gate, store, clock, settings });
    accountApi(app, { gate, store, clock, settings, ids, accountId });
    oauthApi(app, oauth);
    controlRoutes(app, control);
    await app.listen({ host, port });
    return new TypeformSandbox(app, scheduler, sender, urlOf(app.server.address() as AddressInfo), accountId, control);
  }

  /** Closes the server, aborts deliveries in progress and drops pending ones. */
  async stop(): Promise<void> {
    await this.app.close();
    this.sender.stop();
    await this.scheduler.stop();
  }
}

/** The settings among the options, each at its default unless given. */
function settingsOf(options: SandboxOptions): Readonly<SandboxSettings> {
  const given = Object.keys(DEFAULT_SETTINGS)
    .filter((key) => options[key as keyof SandboxSettings] !== undefined)
    .map((key) => [key, options[key as keyof SandboxSettings]]);
  return { ...DEFAULT_SETTINGS, ...Object.fromEntries(given) } as SandboxSettings;
}

/** A sandbox that listens on every address is reached at the loopback one. */
function urlOf({ address, family, port }: AddressInfo): string {
  if (address === '0.0.0.0' || address === '::') return `http://127.0.0.1:${port}`;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
