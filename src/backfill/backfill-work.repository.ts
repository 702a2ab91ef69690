import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { BackfillRun } from './backfill-run.entity';
import { WalkWorkRepository } from './walk/walk-work.repository';

/** What a page adds to the counts of a run. */
export type BackfillCounts = 'seen' | 'recovered' | 'duplicates' | 'failed';

/** Work on back-fill runs: what a person asked for has its first turn at once. */
@Injectable()
export class BackfillWorkRepository extends WalkWorkRepository<BackfillRun, BackfillCounts> {
  constructor(@InjectRepository(BackfillRun) runs: Repository<BackfillRun>) {
    super(runs, `trigger = 'admin' AND served_at IS NULL`);
  }
}
