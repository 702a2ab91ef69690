import { Global, Module } from '@nestjs/common';
import { ThrottlerModule } from '@nestjs/throttler';
import { AppConfig } from '../config/app-config';
import { Clock } from '../database/clock';
import { BoundedThrottlerStorage } from './bounded-throttler-storage';
import { RedisThrottlerStorage } from './redis-throttler-storage';

export const WEBHOOK_THROTTLER = 'webhook';
export const ADMIN_THROTTLER = 'admin';

/** The rate limits of webhook and admin routes, counted in memory or, with REDIS_URL, over all replicas. */
@Global()
@Module({
  imports: [
    ThrottlerModule.forRootAsync({
      inject: [AppConfig, Clock],
      useFactory: (config: AppConfig, clock: Clock) => {
        const local = new BoundedThrottlerStorage(clock);
        return {
          setHeaders: false,
          storage: config.redisUrl === null ? local : new RedisThrottlerStorage(config.redisUrl, local),
          throttlers: [
            {
              name: WEBHOOK_THROTTLER,
              limit: config.intake.throttleLimit,
              ttl: config.intake.throttleTtlSeconds * 1000,
            },
            { name: ADMIN_THROTTLER, limit: config.access.throttleLimitPerSecond, ttl: 1000 },
          ],
        };
      },
    }),
  ],
  exports: [ThrottlerModule],
})
export class ThrottlingModule {}
