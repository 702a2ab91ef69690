import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { decodeCursor } from '../rest/page';
import { ApiKey } from './api-key.entity';

@Injectable()
export class ApiKeysRepository {
  constructor(@InjectRepository(ApiKey) private readonly keys: Repository<ApiKey>) {}

  /** One key with its hash, which no other query selects. */
  findWithHash(id: string): Promise<ApiKey | null> {
    return this.keys.createQueryBuilder('key').addSelect('key.secretHash').where('key.id = :id', { id }).getOne();
  }

  async insert(key: ApiKey): Promise<ApiKey> {
    await this.keys.insert(key);
    return this.keys.findOneByOrFail({ id: key.id });
  }

  /** Up to `limit + 1` keys, the newest first. */
  list(limit: number, cursor: string | undefined): Promise<ApiKey[]> {
    const query = this.keys.createQueryBuilder('key').orderBy('key.createdAt', 'DESC').addOrderBy('key.id', 'DESC');
    const after = decodeCursor(cursor, 1);
    if (after) query.where('(key.createdAt, key.id) < (:at, :id)', { at: after[0], id: after[1] });
    return query.take(limit + 1).getMany();
  }

  /** Marks a key as revoked, keeping the first time; false when there is no such key. */
  async revoke(id: string, at: Date): Promise<boolean> {
    const result = await this.keys
      .createQueryBuilder()
      .update()
      .set({ revokedAt: () => 'coalesce(revoked_at, :at)' })
      .where('id = :id')
      .setParameters({ id, at })
      .execute();
    return (result.affected ?? 0) > 0;
  }
}
