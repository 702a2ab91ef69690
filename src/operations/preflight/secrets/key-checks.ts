import { counted } from '../../../core/counted';
import { open } from '../../../core/secret-box';
import { Check, failed, passed } from '../../check';
import { weaknessOf } from './secret-quality';
import type { PreflightContext } from '../preflight-context';

const KEY_BYTES = 32;

/** The encryption keys are random and decrypt every stored secret. */
export function keyChecks(context: PreflightContext): Check[] {
  return [
    {
      id: 'keys.encryption',
      title: 'encryption keys decrypt every stored secret',
      severity: 'block',
      run: async () => {
        const { encryptionKeys } = context.config;
        const weak = encryptionKeys.flatMap(({ id, key }) => {
          const weakness = key.length === KEY_BYTES ? weaknessOf(key) : `has ${key.length} bytes`;
          return weakness === null ? [] : [`key '${id}' ${weakness}`];
        });
        if (weak.length > 0) {
          return failed(
            weak.join('; '),
            'put a new key first: id:$(openssl rand -base64 32), and keep the old one after it',
          );
        }
        const sealed = await (await context.database()).sealedSecrets();
        const closed = sealed.filter(
          ({ webhookId, sealed: box }) => !opens(() => open(encryptionKeys, box, webhookId)),
        );
        if (closed.length > 0) {
          const keyIds = [...new Set(closed.map(({ sealed: box }) => box.split('.', 1)[0] ?? ''))].map(
            (id) => `'${id}'`,
          );
          return failed(
            `${closed.length} of ${sealed.length} stored secrets cannot be decrypted: they were encrypted with the key ${keyIds.join(', ')}`,
            'put that key back into ENCRYPTION_KEYS, after the first; if it is lost, rotate the secrets of these webhooks',
          );
        }
        const known = new Set(encryptionKeys.map(({ id }) => id));
        const missing = (await (await context.database()).sealKeys()).filter((id) => !known.has(id));
        if (missing.length > 0) {
          return failed(
            `audit entries were sealed with the key ${missing.map((id) => `'${id}'`).join(', ')}, which is missing`,
            'put that key back into ENCRYPTION_KEYS, after the first; rotate-keys makes it dispensable',
          );
        }
        const ids = encryptionKeys.map(({ id }) => `'${id}'`).join(', ');
        return passed(`${counted(encryptionKeys.length, 'key')} of 32 bytes (${ids}); ${decrypted(sealed.length)}`);
      },
    },
  ];
}

function decrypted(secrets: number): string {
  if (secrets === 0) return 'no secret is stored yet';
  return secrets === 1 ? 'the only stored secret can be decrypted' : `all ${secrets} stored secrets can be decrypted`;
}

function opens(unseal: () => string): boolean {
  try {
    unseal();
    return true;
  } catch {
    return false;
  }
}
