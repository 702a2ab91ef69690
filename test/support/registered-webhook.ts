import { randomUUID } from 'node:crypto';
import { seal } from '../../src/core/secret-box';
import { WebhookSecretsCache } from '../../src/webhook-management/webhook-secrets';
import type { TestApp } from './test-app';

/** Stores a webhook as if it had been registered, and has the application know its secret. Returns the path of its endpoint. */
export async function storeWebhook(app: TestApp, secret: string): Promise<string> {
  const id = randomUUID();
  await app.database.pool.query(
    `INSERT INTO webhook (id, form_id, tag, secret, created_at, updated_at)
     VALUES ($1, gen_random_uuid()::text, 'onboarding', $2, now(), now())`,
    [id, seal(app.config.encryptionKeys, secret, id)],
  );
  await app.app.get(WebhookSecretsCache).reload();
  return `/webhooks/typeform/${id}`;
}
