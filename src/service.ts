/** The service: database, migrations, HTTP; stops cleanly on SIGTERM and SIGINT. */
// First, because it instruments what is loaded after it.
import { stopTracing } from './tracing';
import 'reflect-metadata';
import { setTimeout as delay } from 'node:timers/promises';
import { Logger, LoggerService } from '@nestjs/common';
import { RunningApp, startApp } from './app.setup';
import { printBanner } from './banner';
import type { ValidConfig } from './config/load-config';
import { processEnvironment } from './config/process-environment';
import { demonstrate, startSandbox } from './demo';
import { SystemClock } from './database/clock';
import { openDatabase } from './database/open-database';
import { ServiceLogger } from './logger';
import { Draining } from './rest/draining';
import { TypeformKeyCheck } from './typeform/typeform-key-check';

/** Kubernetes kills after 30 s by default; even if something hangs, the process exits well before. */
const SHUTDOWN_DEADLINE_MS = 9_500;
/** How long the port still answers 503 and "not ready" before it closes, so that whoever sends requests goes elsewhere. */
const ANNOUNCE_SHUTDOWN_MS = 2_000;
/** A silent database answers no good-bye: so long after the signal the process leaves without, if every request has its answer. */
const GOODBYE_BY_MS = 8_000;

/** Resolves when the service listens; fails when it can't. */
export async function runService({ config: configured, report }: ValidConfig): Promise<void> {
  const logger = new ServiceLogger(configured);
  Logger.overrideLogger(logger);
  for (const { name, message } of [...report.warnings, ...report.recommendations])
    logger.warn(`${name} ${message}`, 'Config');

  const database = await openDatabase(configured, {
    // In production the `migrate` command does this; until it has run, the service is up but not ready.
    migrate: configured.environment !== 'production',
    log: (line) => logger.log(line, 'Database'),
  });
  const sandbox = await startSandbox(configured, logger);
  const config = {
    ...configured,
    database: { ...configured.database, url: database.url },
    sandboxPort: sandbox ? Number(new URL(sandbox.url).port) : configured.sandboxPort,
  };
  const closeSurroundings = async (): Promise<void> => {
    await sandbox?.stop();
    await database.close();
  };
  let running: RunningApp;
  try {
    running = await startApp(config);
  } catch (error) {
    await closeSurroundings();
    throw error;
  }
  stopOnSignal(logger, {
    answerAll: async () => {
      running.app.get(Draining).begin();
      await delay(ANNOUNCE_SHUTDOWN_MS);
      await running.drain();
    },
    sayGoodbye: async () => {
      await running.close();
      await stopTracing();
    },
    closeSurroundings,
  });
  if (config.environment === 'production') {
    logger.log(`Listening on ${running.url}`, 'Main');
    if (running.managementUrl !== null) logger.log(`Probes and metrics on ${running.managementUrl}`, 'Main');
    return;
  }
  const now = new SystemClock().now();
  const adminKeyGiven = processEnvironment.ADMIN_API_KEY !== undefined;
  printBanner(config, { running, database: database.description, sandbox, now, adminKeyGiven });
  if (config.typeform.apiKey !== null) {
    void running.app
      .get(TypeformKeyCheck)
      .run()
      .then(({ ok, text }) => (ok ? logger.log(text, 'Typeform') : logger.warn(text, 'Typeform')));
  }
  if (sandbox) {
    demonstrate(sandbox, { url: running.url, adminApiKey: config.access.adminApiKey }, now).then(
      (done) => logger.log(done, 'Sandbox'),
      (error: unknown) => logger.warn(error instanceof Error ? error.message : 'the demonstration failed', 'Sandbox'),
    );
  }
}

interface Stop {
  answerAll(): Promise<void>;
  sayGoodbye(): Promise<void>;
  closeSurroundings(): Promise<void>;
}

function stopOnSignal(logger: LoggerService, stop: Stop): void {
  let stopping = false;
  let answered = false;
  const run = async (): Promise<void> => {
    const silent = delay(GOODBYE_BY_MS, 'silent' as const);
    await stop.answerAll();
    answered = true;
    if ((await Promise.race([stop.sayGoodbye(), silent])) === 'silent')
      logger.warn('The database or the collector does not answer; leaving without closing the connections', 'Main');
    await stop.closeSurroundings();
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stopping) return;
    stopping = true;
    logger.log(`${signal}: finishing requests in flight`, 'Main');
    setTimeout(() => {
      logger.error('The shutdown took too long; exiting now. Every acknowledged event is committed.', 'Main');
      process.exit(answered ? 0 : 1);
    }, SHUTDOWN_DEADLINE_MS).unref();
    run().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error(`The shutdown failed: ${error instanceof Error ? error.message : 'unknown error'}`, 'Main');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}
