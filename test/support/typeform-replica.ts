/** One replica's Typeform client: the real modules on a database that replicas share. */
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/load-config';
import { ConfigModule } from '../../src/config/config.module';
import { DatabaseModule } from '../../src/database/database.module';
import { TypeformCallsRepository } from '../../src/typeform/pace/typeform-calls.repository';
import { TypeformApi } from '../../src/typeform/typeform-api';
import { TypeformModule } from '../../src/typeform/typeform.module';
import { API_KEY } from './sandbox-harness';
import { ADMIN_KEY, capture, WEBHOOK_SECRET, withCallsPerSecond } from './test-app';

export interface TypeformReplica {
  api: TypeformApi;
  stats: TypeformCallsRepository;
  logs: string[];
  close(): Promise<void>;
}

@Module({})
class Replica {}

/** Starts a replica that calls `baseUrl`; `environment` and `typeformCallsPerSecond` as for the whole application. */
export async function startReplica(
  databaseUrl: string,
  baseUrl: string,
  environment: Record<string, string> = {},
  given: { typeformCallsPerSecond?: number } = {},
): Promise<TypeformReplica> {
  const dataDir = mkdtempSync(join(tmpdir(), 'onboarding-data-'));
  const loaded = loadConfig({
    NODE_ENV: 'test',
    DATABASE_URL: databaseUrl,
    DATABASE_POOL_SIZE: '3',
    DATA_DIR: dataDir,
    TYPEFORM_API_KEY: API_KEY,
    TYPEFORM_API_BASE_URL: baseUrl,
    TYPEFORM_WEBHOOK_SECRET: WEBHOOK_SECRET,
    ADMIN_API_KEY: ADMIN_KEY,
    ...environment,
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.report.problems));
  const logs: string[] = [];
  const config = withCallsPerSecond(loaded.config, given.typeformCallsPerSecond);
  const imports = [ConfigModule.register(config), DatabaseModule, TypeformModule];
  const context = await NestFactory.createApplicationContext({ module: Replica, imports }, { logger: capture(logs) });
  return {
    api: context.get(TypeformApi),
    stats: context.get(TypeformCallsRepository),
    logs,
    close: async () => {
      await context.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
