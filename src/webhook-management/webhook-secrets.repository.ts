import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, IsNull, MoreThan, Repository } from 'typeorm';
import { Webhook } from './webhook.entity';

@Injectable()
export class WebhookSecretsRepository {
  constructor(@InjectRepository(Webhook) private readonly webhooks: Repository<Webhook>) {}

  /** The sealed secrets of every webhook that exists or was removed after `removedAfter`. */
  all(removedAfter: Date): Promise<Webhook[]> {
    return this.webhooks.find({ where: [{ removedAt: IsNull() }, { removedAt: MoreThan(removedAfter) }] });
  }

  /**
   * Puts in doubt what Typeform has of a webhook, although every call was confirmed: Typeform never shows the secret it has, so no comparison
   * tells that somebody else has changed it. A call that is under way sends the secret anyhow. At most once in `everyMs`: whoever knows the
   * webhook's address can send wrong signatures, and must not make the service call Typeform again and again.
   */
  async suspect(id: string, everyMs: number): Promise<void> {
    await this.webhooks.query(
      `INSERT INTO webhook_push AS place (form_id, tag, doubt_until, suspected_at)
       SELECT form_id, tag, clock_timestamp(), clock_timestamp() FROM webhook WHERE id = $1 AND removed_at IS NULL
       ON CONFLICT (form_id, tag) DO UPDATE
          SET doubt_until = excluded.doubt_until, doubt_webhook_id = NULL, doubt_revision = NULL, suspected_at = excluded.suspected_at
        WHERE (place.doubt_until IS NULL OR place.doubt_until <= clock_timestamp()) AND place.call_id IS NULL
          AND (place.suspected_at IS NULL OR place.suspected_at <= clock_timestamp() - $2::float8 * interval '1 ms')`,
      [id, everyMs],
    );
  }

  /**
   * After a secret was sealed with another key, `before` being the row until then: Typeform has the same secret still, so what it had of
   * the row is up to date as before. Without it, every webhook would be written to Typeform again, and every removed one deleted there.
   */
  async resealed(manager: EntityManager, before: Webhook): Promise<void> {
    if (before.pushedRevision !== before.revision) return;
    await manager.query('UPDATE webhook SET pushed_revision = revision WHERE id = $1', [before.id]);
  }

  /** Ids of the webhooks, including removed ones, that have a secret sealed with another key. */
  async sealedWithOtherKeys(keyId: string): Promise<string[]> {
    const rows = await this.webhooks.query<{ id: string }[]>(
      `SELECT id FROM webhook
        WHERE split_part(secret, '.', 1) <> $1 OR split_part(previous_secret, '.', 1) <> $1 ORDER BY created_at, id`,
      [keyId],
    );
    return rows.map(({ id }) => id);
  }

  /** Ids of the keys that the stored secrets are sealed with. */
  async keysInUse(): Promise<string[]> {
    const rows = await this.webhooks.query<{ key: string }[]>(
      `SELECT DISTINCT split_part(box, '.', 1) AS key FROM webhook, LATERAL (VALUES (secret), (previous_secret)) AS sealed (box)
        WHERE box IS NOT NULL ORDER BY key`,
    );
    return rows.map(({ key }) => key);
  }
}
