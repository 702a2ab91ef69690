import { Global, Module } from '@nestjs/common';
import { Draining } from './draining';
import { ThrottlingModule } from './throttling.module';

/** What every part that answers HTTP shares. */
@Global()
@Module({ imports: [ThrottlingModule], providers: [Draining], exports: [Draining] })
export class RestModule {}
