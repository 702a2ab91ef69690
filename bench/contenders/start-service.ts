import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunningApp, startApp } from '../../src/app.setup';
import { WorkerMode } from '../../src/config/app-config';
import { loadConfig } from '../../src/config/load-config';
import { keepRequestsYoung } from '../../src/young-generation';
import { SIGNING_SECRET } from '../load/requests';

export const ADMIN_KEY = 'benchmark-admin-key-of-more-than-32-characters';

const RAISED_LIMITS = { THROTTLE_LIMIT: '1000000', ADMIN_THROTTLE_LIMIT: '1000000' };

/**
 * Starts the service as main does, with the settings of a production deployment. Nothing is left out; only the limits of the
 * throttlers are raised, unless others are given.
 */
export async function startService(
  databaseUrl: string,
  workerMode: WorkerMode,
  limits: Record<string, string> = RAISED_LIMITS,
): Promise<RunningApp> {
  keepRequestsYoung();
  const loaded = loadConfig({
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PORT: '0',
    DATABASE_URL: databaseUrl,
    DATA_DIR: join(tmpdir(), 'unused'),
    PUBLIC_URL: 'https://onboarding.example.com',
    TYPEFORM_API_KEY: 'benchmark-token',
    TYPEFORM_WEBHOOK_SECRET: SIGNING_SECRET,
    ADMIN_API_KEY: ADMIN_KEY,
    ENCRYPTION_KEYS: `benchmark:${randomBytes(32).toString('base64')}`,
    ...limits,
    RECONCILE_INTERVAL_SECONDS: '0',
    WORKER_MODE: workerMode,
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.report.problems));
  return startApp(loaded.config);
}
