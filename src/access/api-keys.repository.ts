import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { EntityManager, IsNull, MoreThan, Repository } from 'typeorm';
import { decodeCursor } from '../rest/page';
import { ApiKey } from './api-key.entity';

@Injectable()
export class ApiKeysRepository {
  constructor(@InjectRepository(ApiKey) private readonly keys: Repository<ApiKey>) {}

  /** One key with its hash, which no other query selects. */
  findWithHash(id: string): Promise<ApiKey | null> {
    return this.keys.createQueryBuilder('key').addSelect('key.secretHash').where('key.id = :id', { id }).getOne();
  }

  /** The hashes of all keys that are not revoked, by id. */
  async issued(): Promise<Map<string, string>> {
    const rows = await this.keys
      .createQueryBuilder('key')
      .addSelect('key.secretHash')
      .where('key.revokedAt IS NULL')
      .getMany();
    return new Map(rows.map(({ id, secretHash }) => [id, secretHash]));
  }

  async insert(manager: EntityManager, key: ApiKey): Promise<ApiKey> {
    await manager.insert(ApiKey, key);
    return manager.findOneByOrFail(ApiKey, { id: key.id });
  }

  /** Up to `limit + 1` keys, newest first. */
  list(limit: number, cursor: string | undefined): Promise<ApiKey[]> {
    const query = this.keys.createQueryBuilder('key').orderBy('key.createdAt', 'DESC').addOrderBy('key.id', 'DESC');
    const after = decodeCursor(cursor, 1);
    if (after) query.where('(key.createdAt, key.id) < (:at, :id)', { at: after[0], id: after[1] });
    return query.take(limit + 1).getMany();
  }

  /** Remembers a use, unless an earlier one is more recent than `unlessAfter`. */
  async used(id: string, at: Date, unlessAfter: Date): Promise<void> {
    await this.keys
      .createQueryBuilder()
      .update()
      .set({ lastUsedAt: at })
      .where('id = :id AND (last_used_at IS NULL OR last_used_at < :unlessAfter)', { id, unlessAfter })
      .execute();
  }

  isValid(id: string, now: Date): Promise<boolean> {
    const issued = { id, revokedAt: IsNull() };
    return this.keys.existsBy([
      { ...issued, expiresAt: IsNull() },
      { ...issued, expiresAt: MoreThan(now) },
    ]);
  }

  exists(id: string): Promise<boolean> {
    return this.keys.existsBy({ id });
  }

  /** Marks a key as revoked; false when there is no such key or it is revoked already. */
  async revoke(manager: EntityManager, id: string, at: Date): Promise<boolean> {
    const { affected } = await manager.update(ApiKey, { id, revokedAt: IsNull() }, { revokedAt: at });
    return affected === 1;
  }
}
