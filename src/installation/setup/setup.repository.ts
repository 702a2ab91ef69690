import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** A registered webhook: one that is in sync, if any is. */
export interface SetupWebhook {
  id: string;
  formId: string;
  formTitle: string | null;
  status: string;
}

/** The setup progress that the database shows. */
export interface StoredSetup {
  webhook: SetupWebhook | null;
  /** When a registered webhook last brought something, a test included; null: none of the last thousand events. */
  receivedAt: Date | null;
  hasClient: boolean;
}

@Injectable()
export class SetupRepository {
  constructor(private readonly dataSource: DataSource) {}

  async read(): Promise<StoredSetup> {
    const [webhooks, [found]] = await Promise.all([
      this.dataSource.query<SetupWebhook[]>(
        `SELECT id, form_id AS "formId", form_title AS "formTitle", status FROM webhook WHERE removed_at IS NULL
         ORDER BY status = 'in_sync' DESC, created_at DESC, id LIMIT 1`,
      ),
      this.dataSource.query<{ receivedAt: Date | null; hasClient: boolean }[]>(
        `SELECT (SELECT received_at FROM (SELECT received_at, webhook_id FROM webhook_event ORDER BY received_at DESC, event_id DESC LIMIT 1000) AS recent
                  WHERE webhook_id IS NOT NULL ORDER BY received_at DESC LIMIT 1) AS "receivedAt",
                EXISTS (SELECT FROM client) AS "hasClient"`,
      ),
    ]);
    return {
      webhook: webhooks[0] ?? null,
      receivedAt: found?.receivedAt ?? null,
      hasClient: found?.hasClient ?? false,
    };
  }
}
