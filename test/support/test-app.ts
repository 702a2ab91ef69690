/** The real application on a port of its own, with a database of its own. */
import 'reflect-metadata';
import type { LoggerService } from '@nestjs/common';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import supertest from 'supertest';
import { RunningApp, startApp } from '../../src/app.setup';
import { AppConfig } from '../../src/config/app-config';
import { loadConfig } from '../../src/config/load-config';
import { sign } from '../../src/core/signature';
import { toBody } from '../fixtures/typeform-events';
import { createTestDatabase, TestDatabase } from './database';
import { eventually } from './eventually';

export { eventually };

export const WEBHOOK_SECRET = 'test-signing-secret-of-more-than-32-chars';
export const ADMIN_KEY = 'test-admin-key-0123456789-0123456789-0123';

export interface TestApp extends RunningApp {
  config: AppConfig;
  database: TestDatabase;
  http: ReturnType<typeof supertest>;
  /** Every log line so far, as text. */
  logs: string[];
  /** Sends an event (an object, or raw bytes) as Typeform would, signed with `secret`. */
  deliver(
    event: unknown,
    options?: { secret?: string; path?: string; headers?: Record<string, string> },
  ): supertest.Test;
  /** A request to the admin API with a key (the bootstrap key unless given). */
  admin(method: 'get' | 'post' | 'patch' | 'delete', path: string, key?: string): supertest.Test;
  /** Waits until no event is pending. */
  settled(): Promise<void>;
  /** Closes the application and drops its database. */
  stop(): Promise<void>;
}

/** For tests of what happens at the same time: as many connections as in production. Each is a process of the server, so others have few. */
export const MANY_CONNECTIONS = { DATABASE_POOL_SIZE: '10' };

/**
 * Starts the application; `environment` overrides variables of the contract's section 2. Where the pace of the calls to Typeform is
 * not what is tested, `typeformCallsPerSecond` may be more than an operator can set.
 */
export async function startTestApp(
  environment: Record<string, string> = {},
  given: { database?: TestDatabase; typeformCallsPerSecond?: number; consoleFolder?: string } = {},
): Promise<TestApp> {
  const database = given.database ?? (await createTestDatabase());
  const dataDir = mkdtempSync(join(tmpdir(), 'onboarding-data-'));
  const loaded = loadConfig({
    NODE_ENV: 'test',
    PORT: '0',
    DATABASE_URL: database.url,
    DATA_DIR: dataDir,
    TYPEFORM_WEBHOOK_SECRET: WEBHOOK_SECRET,
    ADMIN_API_KEY: ADMIN_KEY,
    // Those of a second application on the same database, too: what one seals, the other one opens.
    ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
    THROTTLE_LIMIT: '100000',
    ADMIN_THROTTLE_LIMIT: '100000',
    DATABASE_POOL_SIZE: '4',
    // Nothing listens there. A sandbox that somebody runs on this machine is not ours to ask.
    SANDBOX_PORT: '9',
    ...environment,
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.report.problems));
  const config = withCallsPerSecond(loaded.config, given.typeformCallsPerSecond);
  const logs: string[] = [];
  const running = await startApp(config, capture(logs), given.consoleFolder);
  const http = supertest(running.url);
  return {
    ...running,
    config,
    database,
    http,
    logs,
    deliver: (event, { secret = WEBHOOK_SECRET, path = '/webhooks/typeform', headers = {} } = {}) => {
      const body = Buffer.isBuffer(event) ? event : toBody(event);
      return http
        .post(path)
        .set({ 'content-type': 'application/json', 'typeform-signature': sign(secret, body), ...headers })
        .serialize((bytes: unknown) => bytes as string)
        .send(body as unknown as string);
    },
    admin: (method, path, key = ADMIN_KEY) => http[method](path).set('authorization', `Bearer ${key}`),
    settled: () =>
      eventually(async () => {
        const { rows } = await database.pool.query<{ count: number }>(
          `SELECT count(*)::integer AS count FROM webhook_event WHERE status = 'pending'`,
        );
        return rows[0]?.count === 0;
      }, 'no event is pending'),
    stop: async () => {
      await running.close();
      if (!given.database) await database.drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** The configuration with another pace of the calls to Typeform than an operator could set; the same one when none is given. */
export function withCallsPerSecond(config: AppConfig, callsPerSecond: number | undefined): AppConfig {
  if (callsPerSecond === undefined) return config;
  return { ...config, typeform: { ...config.typeform, rateLimitPerSecond: callsPerSecond } };
}

/** A logger that keeps its lines as text. */
export function capture(lines: string[]): LoggerService {
  const add = (...parts: unknown[]): void => void lines.push(parts.map((part) => JSON.stringify(part)).join(' '));
  return { log: add, error: add, warn: add, debug: add, verbose: add, fatal: add };
}
