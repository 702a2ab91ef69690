import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Job } from './job.entity';
import { JobRunner } from './job-runner';
import { JobWorkRepository } from './job-work.repository';
import { JobsController } from './jobs.controller';
import { JobsRepository } from './jobs.repository';
import { JobsService } from './jobs.service';

/** Long-running work in the background, a chunk at a time. Each kind is implemented by the module that registers its handler. */
@Module({
  imports: [TypeOrmModule.forFeature([Job])],
  controllers: [JobsController],
  providers: [JobsService, JobsRepository, JobWorkRepository, JobRunner],
  exports: [JobsService, JobRunner],
})
export class JobsModule {}
