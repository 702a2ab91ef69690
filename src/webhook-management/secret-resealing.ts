/** Re-encrypts stored signing secrets with the first key of the ring, so that an older key can be retired. */
import type { DataSource } from 'typeorm';
import type { AuditLog, Author } from '../audit/audit-log';
import { keyIdOf, KeyRing, open, seal } from '../core/secret-box';
import type { WebhookSecretsRepository } from './webhook-secrets.repository';
import type { Webhook } from './webhook.entity';
import type { WebhooksRepository } from './webhooks.repository';

/** The result. `unreadable`: webhooks whose key is not in the ring; `keysInUse`: the keys that the stored secrets now need. */
export interface Resealing {
  key: string;
  resealed: number;
  unreadable: string[];
  keysInUse: string[];
}

type Sealed = Pick<Webhook, 'secret' | 'previousSecret'>;

const ROTATION: Author = { actor: { id: 'rotate-keys', name: 'rotate-keys command' }, requestId: null };

export class SecretResealing {
  constructor(
    private readonly keys: KeyRing,
    private readonly dataSource: DataSource,
    private readonly webhooks: WebhooksRepository,
    private readonly secrets: WebhookSecretsRepository,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Goes through the webhooks, including removed ones, each in its own transaction with its audit entry: an interrupted run
   * resumes where it stopped. Running services keep verifying: the secrets themselves stay the same.
   */
  async run(onProgress: (done: number, total: number) => void): Promise<Resealing> {
    const [{ id: key }] = this.keys;
    const ids = await this.secrets.sealedWithOtherKeys(key);
    const unreadable: string[] = [];
    let resealed = 0;
    for (const [index, id] of ids.entries()) {
      const outcome = await this.reseal(id);
      if (outcome === 'unreadable') unreadable.push(id);
      if (outcome === 'resealed') resealed += 1;
      onProgress(index + 1, ids.length);
    }
    return { key, resealed, unreadable, keysInUse: await this.secrets.keysInUse() };
  }

  /** One webhook, locked because its secret may be rotated at the same moment. */
  private reseal(id: string): Promise<'resealed' | 'unreadable' | 'unchanged'> {
    return this.dataSource.transaction(async (manager) => {
      const webhook = await this.webhooks.lock(manager, id);
      if (!webhook) return 'unchanged';
      const fromKeys = this.otherKeysOf(webhook);
      if (fromKeys.length === 0) return 'unchanged';
      const change = this.tryReseal(webhook);
      if (change === null) return 'unreadable';
      await this.webhooks.update(manager, id, change);
      await this.secrets.resealed(manager, webhook);
      const [{ id: toKey }] = this.keys;
      const details = { fromKeys, toKey };
      await this.audit.record(manager, { ...ROTATION, action: 'webhook.secret_reencrypted', subject: id, details });
      return 'resealed';
    });
  }

  private otherKeysOf({ secret, previousSecret }: Sealed): string[] {
    const used = [secret, previousSecret].filter((box) => box !== null).map(keyIdOf);
    return [...new Set(used)].filter((id) => id !== this.keys[0].id);
  }

  /** null when a key is missing, or someone altered the text. */
  private tryReseal({ id, secret, previousSecret }: Webhook): Sealed | null {
    const anew = (box: string): string => seal(this.keys, open(this.keys, box, id), id);
    try {
      return { secret: anew(secret), previousSecret: previousSecret === null ? null : anew(previousSecret) };
    } catch {
      return null;
    }
  }
}
