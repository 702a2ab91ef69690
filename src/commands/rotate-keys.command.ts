import type { Command } from 'commander';
import { AuditEntry } from '../audit/audit-entry.entity';
import { AuditLog } from '../audit/audit-log';
import { AuditRepository } from '../audit/audit.repository';
import { AppConfig } from '../config/app-config';
import { loadConfigOrExit } from '../config/process-environment';
import { SystemClock } from '../database/clock';
import { dataSourceOptions } from '../database/data-source-options';
import { openDataSource } from '../database/open-data-source';
import { Resealing, SecretResealing } from '../webhook-management/secret-resealing';
import { WebhookSecretsRepository } from '../webhook-management/webhook-secrets.repository';
import { Webhook } from '../webhook-management/webhook.entity';
import { WebhooksRepository } from '../webhook-management/webhooks.repository';
import { openForCommand } from './command-database';
import { EXIT_FAILED } from './exit-codes';
import { print, progress } from './output';

const IN_USE =
  'Stop it, run this command with the same DATA_DIR, and start it again with the new key in ENCRYPTION_KEYS.';

/** `rotate-keys`: re-encrypts with the first of ENCRYPTION_KEYS what older keys encrypted. */
export function addRotateKeysCommand(program: Command): void {
  program
    .command('rotate-keys')
    .description('re-encrypt stored secrets with the first key of ENCRYPTION_KEYS, so that older keys can be removed')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nFirst restart every process with the new key in ENCRYPTION_KEYS: see docs/operations.md.')
    .action(async ({ json = false }: { json?: boolean }) => {
      const { config } = loadConfigOrExit();
      const database = await openForCommand(config, IN_USE);
      try {
        const result = await reseal(config, database.url);
        print(json ? JSON.stringify(result) : summary(config, result));
        if (result.unreadable.length > 0) process.exitCode = EXIT_FAILED;
      } finally {
        await database.close();
      }
    });
}

async function reseal(config: AppConfig, url: string): Promise<Resealing> {
  const dataSource = await openDataSource({ ...dataSourceOptions(url, 2), entities: [Webhook, AuditEntry] });
  try {
    const webhooks = dataSource.getRepository(Webhook);
    const audit = new AuditLog(new AuditRepository(dataSource.getRepository(AuditEntry)), new SystemClock());
    const [rows, secrets] = [new WebhooksRepository(webhooks), new WebhookSecretsRepository(webhooks)];
    const resealing = new SecretResealing(config.encryptionKeys, dataSource, rows, secrets, audit);
    return await resealing.run((done, total) => progress(`[${done}/${total}] webhooks`));
  } finally {
    await dataSource.destroy();
  }
}

function summary({ encryptionKeys }: AppConfig, { key, resealed, unreadable, keysInUse }: Resealing): string {
  const removable = encryptionKeys.map(({ id }) => id).filter((id) => id !== key && !keysInUse.includes(id));
  return [
    `Re-encrypted the secrets of ${resealed} webhook(s) with key ${key}`,
    ...unreadable.map((id) => `webhook ${id}: its secret cannot be decrypted; put the key back into ENCRYPTION_KEYS`),
    `Keys in use: ${keysInUse.join(', ') || 'none'}`,
    ...(removable.length > 0 ? [`Can be removed from ENCRYPTION_KEYS: ${removable.join(', ')}`] : []),
  ].join('\n');
}
