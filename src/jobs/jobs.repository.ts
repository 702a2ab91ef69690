import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { EntityManager, Repository } from 'typeorm';
import { decodeCursor } from '../rest/page';
import type { JobKind } from './job.entity';
import { Job } from './job.entity';
import type { JobsQuery } from './jobs.dto';

/** A requested job. */
interface WantedJob {
  kind: JobKind;
  params: object;
  joinKey: string | null;
  createdBy: string;
}

/** Queues and reads jobs. */
@Injectable()
export class JobsRepository {
  constructor(@InjectRepository(Job) private readonly jobs: Repository<Job>) {}

  /** Queues a job; null when one with its key is active. */
  async insert(
    manager: EntityManager,
    { kind, params, joinKey, createdBy }: WantedJob,
    now: Date,
  ): Promise<string | null> {
    const [row] = await manager.query<{ id: string }[]>(
      `INSERT INTO job (kind, params, join_key, created_by, due_at, created_at) VALUES ($1, $2, $3, $4, $5, $5)
       ON CONFLICT (join_key) WHERE status IN ('queued', 'running') DO NOTHING
       RETURNING id`,
      [kind, JSON.stringify(params), joinKey, createdBy, now],
    );
    return row?.id ?? null;
  }

  /** The active job with this key. */
  async findActive(manager: EntityManager, joinKey: string): Promise<string | null> {
    const [row] = await manager.query<{ id: string }[]>(
      `SELECT id FROM job WHERE join_key = $1 AND status IN ('queued', 'running')`,
      [joinKey],
    );
    return row?.id ?? null;
  }

  findOne(id: string): Promise<Job | null> {
    return this.jobs.findOneBy({ id });
  }

  /** Up to `limit + 1` jobs, newest first. */
  list({ kind, status, limit, cursor }: JobsQuery): Promise<Job[]> {
    const query = this.jobs
      .createQueryBuilder('job')
      .where('TRUE')
      .orderBy('job.createdAt', 'DESC')
      .addOrderBy('job.id', 'DESC');
    if (kind !== undefined) query.andWhere('job.kind = :kind', { kind });
    if (status !== undefined) query.andWhere('job.status IN (:...status)', { status });
    const after = decodeCursor(cursor, 1, /^[0-9a-f-]{36}$/);
    if (after) query.andWhere('(job.createdAt, job.id) < (:at, :id)', { at: after[0], id: after[1] });
    return query.take(limit + 1).getMany();
  }
}
