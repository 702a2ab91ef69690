import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { IN_TURN, WalkWorkRepository } from '../walk/walk-work.repository';
import { CompletenessCheck } from './completeness-check.entity';

/** Work on checks; nothing is more urgent than what has waited longest. */
@Injectable()
export class CompletenessWorkRepository extends WalkWorkRepository<CompletenessCheck> {
  constructor(@InjectRepository(CompletenessCheck) runs: Repository<CompletenessCheck>) {
    super(runs, IN_TURN);
  }
}
