import type { Command } from 'commander';
import { counted } from '../core/counted';
import { AuditEntry } from '../audit/audit-entry.entity';
import { AuditLog } from '../audit/audit-log';
import { AuditRepository } from '../audit/audit.repository';
import { SealRotation, type SealRotationResult } from '../audit/seal-rotation';
import { SealedEnd } from '../audit/sealed-end';
import { AppConfig } from '../config/app-config';
import { loadConfigOrExit } from '../config/process-environment';
import { SealKeys } from '../core/audit-seal';
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
import { SUMMARIES } from './summaries';

const IN_USE =
  'Stop it, run this command with the same DATA_DIR, and start it again with the new key in ENCRYPTION_KEYS.';

interface RotateKeysOptions {
  json?: boolean;
  acceptLostAuditKeys?: boolean;
}

/** The outcome for webhook secrets and for audit seals. */
type Rotation = Resealing & { audit: Omit<SealRotationResult, 'keysInUse'> };

/** `rotate-keys`: re-encrypts and seals with the first of ENCRYPTION_KEYS what older keys encrypted and sealed. */
export function addRotateKeysCommand(program: Command): void {
  program
    .command('rotate-keys')
    .description(SUMMARIES['rotate-keys'])
    .option('--json', 'print the result as JSON')
    .option(
      '--accept-lost-audit-keys',
      'seal audit entries anew whose seals were made with a key that is lost; compare the log with a copy first',
    )
    .addHelpText(
      'after',
      '\nFirst restart every process with the new key in ENCRYPTION_KEYS: see docs/operations.md.\n' +
        'Exit codes: 0 all done, 1 a key is missing, a seal does not fit or it failed, 2 wrong usage, 78 invalid configuration.',
    )
    .action(async ({ json = false, acceptLostAuditKeys = false }: RotateKeysOptions) => {
      const { config } = loadConfigOrExit();
      const database = await openForCommand(config, IN_USE);
      try {
        const result = await reseal(config, database.url, acceptLostAuditKeys);
        print(json ? JSON.stringify(result) : summary(config, result));
        if (result.unreadable.length + result.audit.lostKeys.length + result.audit.wrong > 0)
          process.exitCode = EXIT_FAILED;
      } finally {
        await database.close();
      }
    });
}

async function reseal(config: AppConfig, url: string, acceptLostAuditKeys: boolean): Promise<Rotation> {
  const dataSource = await openDataSource({ ...dataSourceOptions(url, 2), entities: [Webhook, AuditEntry] });
  try {
    const webhooks = dataSource.getRepository(Webhook);
    const log = new AuditRepository(dataSource.getRepository(AuditEntry));
    const audit = new AuditLog(log, new SealedEnd(log, config), new SystemClock(), config);
    const [rows, secrets] = [new WebhooksRepository(webhooks), new WebhookSecretsRepository(webhooks)];
    const resealing = new SecretResealing(config.encryptionKeys, dataSource, rows, secrets, audit);
    const stored = await resealing.run((done, total) => progress(`[${done}/${total}] webhooks`));
    const { keysInUse, ...seals } = await new SealRotation(new SealKeys(config.encryptionKeys), log, audit).run(
      acceptLostAuditKeys,
    );
    return { ...stored, keysInUse: [...new Set([...stored.keysInUse, ...keysInUse])].sort(), audit: seals };
  } finally {
    await dataSource.destroy();
  }
}

function summary({ encryptionKeys }: AppConfig, rotation: Rotation): string {
  const { key, resealed, unreadable, keysInUse, audit } = rotation;
  const removable = encryptionKeys.map(({ id }) => id).filter((id) => id !== key && !keysInUse.includes(id));
  return [
    `Re-encrypted the secrets of ${counted(resealed, 'webhook')} with key ${key}`,
    ...unreadable.map((id) => `webhook ${id}: its secret cannot be decrypted; put the key back into ENCRYPTION_KEYS`),
    `Sealed ${counted(audit.resealed, 'audit entry', 'audit entries')} anew with key ${key}`,
    ...audit.lostKeys.map(
      (id) =>
        `the seals of audit entries that key ${id} made cannot be checked; put the key back into ENCRYPTION_KEYS. If it is lost, compare the audit log with a copy kept elsewhere, then repeat this with --accept-lost-audit-keys`,
    ),
    ...(audit.wrong > 0
      ? [
          `Not sealed anew, because the seal does not fit: ${counted(audit.wrong, 'audit entry', 'audit entries')}. See GET /v1/audit/verify`,
        ]
      : []),
    `Keys in use: ${keysInUse.join(', ') || 'none'}`,
    ...(removable.length > 0 ? [`Can be removed from ENCRYPTION_KEYS: ${removable.join(', ')}`] : []),
  ].join('\n');
}
