import { Global, Module } from '@nestjs/common';
import { Draining } from './draining';
import { PublicUrl } from './public-url';
import { ThrottlingModule } from './throttling.module';

/** What every module with HTTP routes shares. */
@Global()
@Module({ imports: [ThrottlingModule], providers: [Draining, PublicUrl], exports: [Draining, PublicUrl] })
export class RestModule {}
