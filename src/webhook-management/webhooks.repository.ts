/** The rows of `webhook`. */
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { EntityManager, IsNull, QueryDeepPartialEntity, Repository } from 'typeorm';
import { decodeCursor } from '../rest/page';
import type { WebhookStatus } from './webhook-state';
import { Webhook } from './webhook.entity';

export interface WebhookFilter {
  formId?: string;
  status?: WebhookStatus[];
  limit: number;
  cursor?: string;
}

@Injectable()
export class WebhooksRepository {
  constructor(@InjectRepository(Webhook) private readonly webhooks: Repository<Webhook>) {}

  find(id: string): Promise<Webhook | null> {
    return this.webhooks.findOneBy({ id });
  }

  /** The webhook of a form and tag, unless it was removed. */
  findActive(formId: string, tag: string): Promise<Webhook | null> {
    return this.webhooks.findOneBy({ formId, tag, removedAt: IsNull() });
  }

  /** One webhook, locked until the transaction ends. */
  lock(manager: EntityManager, id: string): Promise<Webhook | null> {
    return manager.findOne(Webhook, { where: { id }, lock: { mode: 'pessimistic_write' } });
  }

  /** False when someone else has just created an active webhook of the same form and tag. */
  async insert(manager: EntityManager, webhook: Webhook): Promise<boolean> {
    const result = await manager
      .createQueryBuilder()
      .insert()
      .into(Webhook)
      .values(webhook as QueryDeepPartialEntity<Webhook>)
      .orIgnore()
      .returning('id')
      .execute();
    return (result.raw as unknown[]).length === 1;
  }

  async update(manager: EntityManager, id: string, change: Partial<Webhook>): Promise<void> {
    await manager.update(Webhook, { id }, change as QueryDeepPartialEntity<Webhook>);
  }

  /** Up to `limit + 1` webhooks, newest first. */
  list({ formId, status, limit, cursor }: WebhookFilter): Promise<Webhook[]> {
    const query = this.webhooks.createQueryBuilder('webhook').where('TRUE');
    if (formId !== undefined) query.andWhere('webhook.formId = :formId', { formId });
    if (status !== undefined) query.andWhere('webhook.status = ANY(:status)', { status });
    const after = decodeCursor(cursor, 1);
    if (after) query.andWhere('(webhook.createdAt, webhook.id) < (:at, :id)', { at: after[0], id: after[1] });
    return query
      .orderBy('webhook.createdAt', 'DESC')
      .addOrderBy('webhook.id', 'DESC')
      .take(limit + 1)
      .getMany();
  }

  /** Forms that have webhooks to reconcile, in order; `after` is the last form of the previous page. */
  async formsToReconcile(after: string, limit: number): Promise<string[]> {
    const rows = await this.webhooks.query<{ form_id: string }[]>(
      `SELECT DISTINCT form_id FROM webhook
        WHERE form_id > $1 AND (removed_at IS NULL OR pending OR pushed_revision <> revision) ORDER BY form_id LIMIT $2`,
      [after, limit],
    );
    return rows.map((row) => row.form_id);
  }

  /** The number of webhooks in each status. */
  async countByStatus(): Promise<Record<string, number>> {
    const rows = await this.webhooks.query<{ status: string; count: number }[]>(
      'SELECT status, count(*)::integer AS count FROM webhook GROUP BY status',
    );
    return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
  }
}
