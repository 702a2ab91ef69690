import { Global, Module } from '@nestjs/common';
import { Draining } from './draining';
import { OpenRequests } from './open-requests';
import { PublicUrl } from './public-url';
import { ThrottlingModule } from './throttling.module';

/** What every module with HTTP routes shares. */
@Global()
@Module({
  imports: [ThrottlingModule],
  providers: [Draining, OpenRequests, PublicUrl],
  exports: [Draining, OpenRequests, PublicUrl],
})
export class RestModule {}
