import { Global, Module } from '@nestjs/common';
import { AccessModule } from '../access/access.module';
import { ChangeStreams } from './change-streams';
import { Changes } from './changes';
import { LIVE_METRIC_PROVIDERS, LiveMetrics } from './live-metrics';
import { StreamController } from './stream.controller';

/** What changes, told to the browsers that watch, across all processes. */
@Global()
@Module({
  imports: [AccessModule],
  controllers: [StreamController],
  providers: [Changes, ChangeStreams, LiveMetrics, ...LIVE_METRIC_PROVIDERS],
  exports: [Changes],
})
export class LiveModule {}
