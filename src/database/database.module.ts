import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AppConfig } from '../config/app-config';
import { Clock, SystemClock } from './clock';
import { DatabaseServerRepository } from './database-server.repository';
import { dataSourceOptions, requireDatabaseUrl } from './data-source-options';
import { DatabaseSetupError } from './database-setup.error';
import { openDataSource } from './open-data-source';
import { Notifications } from './notifications';
import { PendingMigrationsWarning } from './pending-migrations';
import { Random, SystemRandom } from './random';

const CONNECT_ATTEMPTS = 10;
const CONNECT_RETRY_DELAY_MS = 1_000;

/** The connection pool, LISTEN/NOTIFY, the clock and randomness, for every other module. */
@Global()
@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [AppConfig],
      useFactory: (config: AppConfig) => ({
        ...dataSourceOptions(requireDatabaseUrl(config), config.database.poolSize),
        autoLoadEntities: true,
        retryAttempts: CONNECT_ATTEMPTS,
        retryDelay: CONNECT_RETRY_DELAY_MS,
        toRetry: (error: unknown) => !(error instanceof DatabaseSetupError),
      }),
      dataSourceFactory: openDataSource,
    }),
  ],
  providers: [
    { provide: Clock, useClass: SystemClock },
    { provide: Random, useClass: SystemRandom },
    DatabaseServerRepository,
    Notifications,
    PendingMigrationsWarning,
  ],
  exports: [Clock, Random, DatabaseServerRepository, Notifications],
})
export class DatabaseModule {}
